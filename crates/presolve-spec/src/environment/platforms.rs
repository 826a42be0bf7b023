//! The keys of conda-lock
//! (<https://conda.github.io/conda-lock/src_environment_yml/#extensions>).

use rattler_conda_types::Subdir;
use yaml_serde::Value;

use super::Reader;
use crate::{Spanned, codes, route::route};
use presolve_text::{
    diagnostic::{Diagnostic, Location},
    secrets::redact,
};

impl Reader<'_> {
    /// Reads the platforms to lock for.
    pub(super) fn read_platforms(&mut self, value: &Value) {
        let Value::Sequence(items) = value else {
            if !value.is_null() {
                let location = self.tree.location(&route!("platforms"));
                let message = "`platforms` is not a list";
                self.warn_of_platform(location, message, "write each platform as `- linux-64`");
            }
            return;
        };
        for (index, item) in items.iter().enumerate() {
            let location = self.tree.location(&route!("platforms", index));
            let platform = item.as_str().and_then(|text| text.parse().ok());
            match platform.filter(|platform| *platform != Subdir::NoArch) {
                Some(value) => self.environment.platforms.push(Spanned { value, location }),
                None => {
                    let message = format!("`{}` is not a conda platform", redact(location.text()));
                    let help = "write a platform such as `linux-64` or `osx-arm64`";
                    self.warn_of_platform(location, &message, help);
                }
            }
        }
    }

    /// Reads the category of the packages.
    pub(super) fn read_category(&mut self, value: &Value) {
        if let Value::String(category) = value {
            let location = self.tree.location(&route!("category"));
            self.environment.category = Some(Spanned {
                value: category.clone(),
                location,
            });
        }
    }

    /// conda ignores the key, so the file is read all the same.
    fn warn_of_platform(&mut self, location: Location, message: &str, help: &str) {
        let warning = Diagnostic::warning(codes::UNKNOWN_LOCK_PLATFORM, message)
            .at(location, "")
            .help(help);
        self.environment.warnings.push(warning);
    }
}
