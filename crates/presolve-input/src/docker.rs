//! Dockerfiles and their build contexts: the conda file that a build installs, and the
//! packages that stand in its commands.
//!
//! ```text
//! text         the characters of an instruction with their places, continuations left out
//! dockerfile   the instructions
//! variables    the variables of a build, whose values do not grow without end
//! shell        the words of a script
//! nesting      where what is nested in one ends
//! json         the words of the exec form
//! script       the commands of a script, and what holds where they stand
//! build        what the last stage does: variables, copies, commands
//! context      the files of the context, and where they are in the image
//! prefix       the environment that a command works on
//! options      the options of conda and pip
//! install      the commands of conda and pip, argument by argument
//! plan         which environment the Dockerfile is about, and what it is made of
//! redirection  requirements that the shell takes for redirections
//! sequence     what holds after several commands of pip
//! environment  the packages of commands as the requirements of one environment
//! host         a Dockerfile as a file that holds requirements
//! edit         pins and other changes of these packages, in their places
//! ```

pub mod build;
pub mod context;
pub mod dockerfile;
mod edit;
mod environment;
pub mod host;
pub mod install;
mod json;
mod nesting;
mod options;
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
