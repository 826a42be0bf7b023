use crate::*;

#[test]
fn references_are_taken_apart() {
    let image = Image::parse("localhost:5000/a/b:1@sha256:00");
    assert_eq!(image.registry.as_deref(), Some("localhost:5000"));
    assert_eq!(
        (&*image.repository, image.tag.as_deref()),
        ("a/b", Some("1"))
    );
    assert_eq!(image.digest.as_deref(), Some("sha256:00"));
    assert_eq!(Image::parse("azureml/x").registry, None);
    assert_eq!(Image::parse("h.io/azureml/x").azure_name(), None);
}

#[test]
fn names_tell_the_release() {
    let cases = [
        (
            "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1",
            "2.35",
        ),
        (
            "mcr.microsoft.com/aifx/acpt/stable-ubuntu2204-cu126-py310-torch280",
            "2.35",
        ),
        ("mcr.microsoft.com/azureml/inference-base-2204", "2.35"),
        ("ubuntu:24.04", "2.39"),
        ("nvidia/cuda:11.2.2-cudnn8-devel-ubuntu18.04", "2.27"),
        ("azureml/intelmpi2018.3-ubuntu16.04", "2.23"),
        ("python:3.11.4-slim-bookworm", "2.36"),
        ("debian:11.9-slim", "2.31"),
        (
            "mcr.microsoft.com/azureml/openmpi4.1.0-cuda11.8-cudnn8-ubuntu20.04",
            "2.31",
        ),
    ];
    for (reference, glibc) in cases {
        let image = Image::parse(reference);
        assert_eq!(image.to_string(), reference);
        let target = image.target();
        assert_eq!(target.virtual_packages, [format!("__glibc={glibc}")]);
        assert!(!target.is_guess, "{reference}");
    }
    let other = Image::parse("mcr.microsoft.com/azureml/minimal-py312-inference:1");
    assert!(other.target().is_guess);
}

#[test]
fn only_references_are_well_formed() {
    let digest = "0".repeat(64);
    for reference in [
        "python",
        "localhost:5000/a/b__c--d.e:V1.x",
        "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1",
        &format!("ubuntu:22.04@sha256:{digest}"),
    ] {
        assert!(Image::parse(reference).is_well_formed(), "{reference}");
    }
    for reference in [
        "",
        "-x",
        "x:",
        "a/",
        "a//b",
        "X/Y:1",
        "a@b@c",
        "x@sha256:00",
        "docker://x:1",
        "u:pw55@reg/x",
        "https://u:pw55@reg/x:1",
        "a:1\nRUN",
        "a:1\n",
        &format!("a@sha256:{digest}@b"),
    ] {
        assert!(!Image::parse(reference).is_well_formed(), "{reference}");
    }
}

#[test]
fn official_images_of_alpine_are_told() {
    let is_alpine = |reference: &str| Image::parse(reference).is_alpine();
    for reference in [
        "alpine",
        "python:3.10-alpine",
        "docker.io/library/python:3.11-alpine3.19",
        "public.ecr.aws/docker/library/alpine:3",
    ] {
        assert!(is_alpine(reference), "{reference}");
    }
    for reference in [
        "python:3.10-slim",
        "frolvlad/alpine-glibc",
        "continuumio/miniconda3:4.12.0-alpine",
    ] {
        assert!(!is_alpine(reference), "{reference}");
    }
}

#[test]
fn the_name_tells_the_python() {
    let python = |reference: &str| Image::parse(reference).python();
    for (reference, version) in [
        ("python:3.11-slim", Some("3.11")),
        ("docker.io/library/python:3.9.18", Some("3.9")),
        ("python:3", None),
        ("python", None),
        ("ubuntu:22.04", None),
        (
            "mcr.microsoft.com/aifx/acpt/stable-ubuntu2204-cu126-py310-torch280:{{latest-image-tag:a:b}}",
            Some("3.10"),
        ),
        (
            "mcr.microsoft.com/azureml/minimal-py312-inference:1",
            Some("3.12"),
        ),
        (
            "mcr.microsoft.com/azureml/openmpi5.0-cuda12.4-ubuntu22.04:20250601.v1",
            Some("3.10"),
        ),
        (
            "mcr.microsoft.com/azureml/openmpi5.0-ubuntu24.04",
            Some("3.12"),
        ),
        (
            "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04:20200101.v1",
            None,
        ),
    ] {
        assert_eq!(python(reference).as_deref(), version, "{reference}");
    }
}

#[test]
fn the_day_tells_the_solver() {
    let classic = |tag: &str| {
        Image::parse(&format!("mcr.microsoft.com/azureml/a:{tag}")).has_classic_solver()
    };
    assert_eq!(classic("20230926.v1"), Some(true));
    assert_eq!(classic("20231003.v1"), Some(false));
    assert_eq!(classic("latest"), None);
    assert_eq!(Image::parse("h.io/azureml/a:20200101.v1").day(), None);
}

#[test]
fn the_day_tells_conda_and_its_python() {
    let provides = |name: &str| Image::parse(name).miniconda().map(|one| one.to_string());
    let cases = [
        (
            "openmpi3.1.2-ubuntu18.04:20210301.v1",
            "conda 4.9.2 on Python 3.7",
        ),
        (
            "openmpi4.1.0-ubuntu20.04:20220915.v1",
            "conda 4.11.0 on Python 3.8",
        ),
        (
            "openmpi4.1.0-ubuntu22.04:20230227.v1",
            "conda on Python 3.8",
        ),
        (
            "openmpi4.1.0-ubuntu22.04:20230727.v1",
            "conda 23.5.0 on Python 3.8",
        ),
        (
            "openmpi4.1.0-ubuntu20.04:20231130.v1",
            "conda on Python 3.8",
        ),
        ("openmpi4.1.0-ubuntu22.04:20231226.v1", "conda"),
        (
            "openmpi4.1.0-ubuntu22.04:20260409.v4",
            "conda on Python 3.10",
        ),
        (
            "openmpi4.1.0-ubuntu22.04:20260514.v1",
            "conda on Python 3.12",
        ),
    ];
    for (name, expected) in cases {
        let found = provides(&format!("mcr.microsoft.com/azureml/{name}"));
        assert_eq!(found.as_deref(), Some(expected), "{name}");
    }
    for name in [
        "azureml/openmpi4.1.0-ubuntu22.04:latest",
        "azureml/openmpi3.1.2-ubuntu16.04:20190801.v1",
        "azureml/minimal-ubuntu22.04-py39-cpu-inference:20240501.v1",
        "h.io/openmpi4.1.0-ubuntu22.04:20240501.v1",
    ] {
        assert_eq!(provides(name), None, "{name}");
    }
    assert!(MINICONDAS.is_sorted_by_key(|miniconda| miniconda.since));
}

#[test]
fn names_tell_the_cuda_libraries() {
    for (name, cuda) in [
        (
            "azureml/openmpi4.1.0-cuda11.8-cudnn8-ubuntu22.04:1",
            Some("11.8"),
        ),
        (
            "azureml/openmpi4.1.0-cuda11.0.3-cudnn8-ubuntu18.04",
            Some("11.0.3"),
        ),
        (
            "aifx/acpt/stable-ubuntu2204-cu126-py310-torch280",
            Some("12.6"),
        ),
        (
            "nvidia/cuda:12.2.2-cudnn8-devel-ubuntu22.04",
            Some("12.2.2"),
        ),
        (
            "pytorch/pytorch:2.4.0-cuda12.1-cudnn9-runtime",
            Some("12.1"),
        ),
        ("h.io/cuda-tools:latest", None),
        ("azureml/openmpi4.1.0-ubuntu22.04:20240418.v1", None),
        ("custom/cutouts:1", None),
    ] {
        assert_eq!(Image::parse(name).cuda().as_deref(), cuda, "{name}");
    }
}

#[test]
fn images_without_conda_are_known() {
    for reference in [
        "python:3.10-slim",
        "docker.io/library/python:3.12",
        "ubuntu:22.04",
        "public.ecr.aws/docker/library/debian:12",
        "mcr.microsoft.com/mirror/docker/library/ubuntu:20.04",
        "nvidia/cuda:12.4.1-runtime-ubuntu22.04",
        "nvcr.io/nvidia/cuda:12.3.2-cudnn9-devel-ubuntu22.04",
        "mcr.microsoft.com/azurelinux/base/python:3.12",
        "registry.access.redhat.com/ubi9/python-311",
        "ghcr.io/mambaorg/micromamba:1.5",
    ] {
        assert!(Image::parse(reference).lacks_conda(), "{reference}");
    }
    for reference in [
        "continuumio/miniconda3",
        "condaforge/miniforge3:24.3.0-0",
        "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1",
        "registry.example/python:3.10",
        "someone/python:3.10",
        "nvcr.io/nvidia/pytorch:24.05-py3",
        "nvidia/cuda-plus-conda",
        "pytorch/pytorch:2.4.0",
    ] {
        assert!(!Image::parse(reference).lacks_conda(), "{reference}");
    }
}
