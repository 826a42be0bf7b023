//! Rules on models and projects of MLflow.

use super::Rule;

pub(crate) mod differing_mlflow_environments;
mod missing_model_file;
mod unpinned_mlflow;

pub(super) static RULES: &[&Rule] = &[
    &missing_model_file::RULE,
    &differing_mlflow_environments::RULE,
    &unpinned_mlflow::RULE,
];
