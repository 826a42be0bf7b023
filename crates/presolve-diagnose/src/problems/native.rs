//! Problems of packages that are built from source, and of libraries that binaries need.

use super::KnownFailure;

mod cmake_failed;
mod cmake_missing;
mod cmake_version_incompatible;
mod compile_error;
mod compiler_missing;
mod compiler_too_old;
mod cuda_toolkit_missing;
mod glibc_too_old;
mod header_missing;
mod horovod_build;
mod library_missing;
mod make_failed;
mod make_no_makefile;
mod mpi4py_build;
mod r_package_install_failed;
mod r_package_not_available;
mod rust_missing;
mod shared_library_missing;

pub(super) static PROBLEMS: &[&KnownFailure] = &[
    &mpi4py_build::PROBLEM,
    &horovod_build::PROBLEM,
    &compiler_missing::PROBLEM,
    &header_missing::PROBLEM,
    &library_missing::PROBLEM,
    &cmake_missing::PROBLEM,
    &cmake_version_incompatible::PROBLEM,
    &cmake_failed::PROBLEM,
    &rust_missing::PROBLEM,
    &cuda_toolkit_missing::PROBLEM,
    &compile_error::PROBLEM,
    &make_no_makefile::PROBLEM,
    &make_failed::PROBLEM,
    &shared_library_missing::PROBLEM,
    &glibc_too_old::PROBLEM,
    &r_package_not_available::PROBLEM,
    &r_package_install_failed::PROBLEM,
    &compiler_too_old::PROBLEM,
];
