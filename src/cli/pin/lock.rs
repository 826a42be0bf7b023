//! `pin` in the formats of other tools: to a new file, or to standard output.

use std::path::Path;

use super::{Output, Pin, print_whole};
use presolve_lock::Lock;
use presolve_resolve::Resolution;
use presolve_solve::Solution;
use presolve_spec::EnvironmentFile;
use presolve_terminal::foreign;
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    files,
};

impl Pin {
    /// Writes the solutions in the requested format.
    pub(super) fn lock(
        &self,
        environment: &EnvironmentFile,
        answers: &[(&Resolution, &Solution)],
        output: &Output,
    ) -> Result<(), Failure> {
        let folder = self.output_file.as_deref().and_then(Path::parent);
        let folder = folder.unwrap_or(Path::new(""));
        let written = Lock::new(environment, answers, folder)?.write(self.format.0)?;
        for notice in &written.notices {
            output.say(notice);
        }
        if let Some(path) = &self.output_file {
            return files::write(path, written.text.as_bytes(), self.protected());
        }
        self.print_file(&written.text, output)
    }

    /// Prints a file to standard output, without what a terminal or a CI runner interprets.
    pub(super) fn print_file(&self, text: &str, output: &Output) -> Result<(), Failure> {
        let shown = foreign::printed_file(text);
        if shown != text {
            let message =
                "control characters or commands of a CI runner were changed in the printed text";
            let help = "write the exact text to a file with -o";
            output.say(&Diagnostic::warning("changed-characters", message).help(help));
        }
        print_whole(&shown)
    }
}
