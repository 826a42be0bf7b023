//! Dockerfiles and their build contexts: the conda file that a build installs, and the
//! packages that its commands name.
//!
//! ```text
//! text         the characters of an instruction with their places, without continuations
//! dockerfile   the instructions
//! variables    the variables of a build, with limits on their size
//! shell        the words of a script
//! nesting      the ends of nested constructs in a script
//! json         the words of the exec form
//! script       the commands of a script, each with its scene
//! build        the last stage: variables, copies, commands
//! context      the files of the context, and their paths in the image
//! ignore       the files that `.dockerignore` keeps out of the context
//! prefix       the environment that a command changes
//! options      the options of conda and pip
//! pip_variables  options of pip from variables
//! configuration  the channel priority, and configuration that is not read
//! install      the commands of conda and pip, argument by argument
//! changed      files that the build writes before a command reads them
//! bare         a build that runs conda without having it
//! plan         the environment that the Dockerfile makes, and its sources
//! redirection  requirements that the shell reads as redirections
//! sequence     the requirements that remain after several commands of pip
//! environment  the packages of commands as the requirements of one environment
//! host         a Dockerfile as a file that contains requirements
//! edit         pins and other changes of these packages, in place
//! ```

mod bare;
pub mod build;
mod changed;
mod configuration;
pub mod context;
pub mod dockerfile;
mod edit;
mod environment;
pub mod host;
mod ignore;
pub mod install;
mod json;
mod nesting;
mod options;
mod pip_variables;
pub mod plan;
mod prefix;
pub mod redirection;
mod script;
pub mod sequence;
mod shell;
mod text;
mod variables;

pub use dockerfile::Dockerfile;
pub use plan::{Contents, Plan};

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
