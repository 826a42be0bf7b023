use super::*;

fn archive(bytes: Vec<u8>) -> Archive {
    Archive::new(Box::new(std::io::Cursor::new(bytes)))
}

fn name() -> PackageName {
    parse::pep::name("my-project").unwrap()
}

fn tar_gz(files: &[(&str, &str)]) -> Vec<u8> {
    let encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut archive = tar::Builder::new(encoder);
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive
            .append_data(&mut header, path, text.as_bytes())
            .unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

async fn found(files: &[(&str, &str)]) -> Result<SdistDependencies, String> {
    read("my_project-1.0.tar.gz", archive(tar_gz(files)), &name())
        .await
        .map(|(found, _)| found)
}

#[tokio::test]
async fn static_pkg_info_is_believed() {
    let text = "Metadata-Version: 2.2\nRequires-Dist: b\n";
    assert_eq!(
        found(&[("my_project-1.0/PKG-INFO", text)]).await,
        Ok(SdistDependencies::Metadata(
            MetadataSource::StaticPkgInfo,
            text.as_bytes().to_vec()
        ))
    );
}

#[tokio::test]
async fn a_static_project_table_is_believed() {
    let project = "[project]\nname = 'my-project'\nversion = '1.0'\nrequires-python = '>=3.8'\n\
        dependencies = ['b>1; python_version < \"3.9\"']\ndynamic = ['readme']\n\
        [project.optional-dependencies]\nx = ['c']\n";
    let Ok(SdistDependencies::Metadata(MetadataSource::StaticPkgInfo, text)) = found(&[
        ("my_project-1.0/PKG-INFO", "Metadata-Version: 2.1\n"),
        ("my_project-1.0/pyproject.toml", project),
    ])
    .await
    else {
        panic!();
    };
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "Requires-Python: >=3.8\nRequires-Dist: b>1 ; (python_version < \"3.9\")\n\
         Provides-Extra: x\nRequires-Dist: c ; extra == 'x'\n"
    );
}

#[tokio::test]
async fn egg_info_is_an_assumption() {
    let requires = "b>=1\n\n[:python_version < \"3\"]\nc\n\n[x]\nd; os_name == 'nt'\n\n\
        [y:sys_platform == \"win32\"]\ne\n";
    let Ok(SdistDependencies::Metadata(MetadataSource::EggInfo, text)) = found(&[
        ("my_project-1.0/PKG-INFO", "Metadata-Version: 2.1\n"),
        (
            "my_project-1.0/src/my_project.egg-info/requires.txt",
            requires,
        ),
        ("my_project-1.0/tests/other.egg-info/requires.txt", "z"),
    ])
    .await
    else {
        panic!();
    };
    let metadata = metadata::parse(&text, MetadataSource::EggInfo).unwrap();
    assert_eq!(metadata.requires_dist.len(), 4);
    assert_eq!(metadata.provides_extras.len(), 2);
    assert_eq!(
        String::from_utf8(text).unwrap().lines().collect::<Vec<_>>(),
        [
            "Requires-Dist: b>=1",
            "Requires-Dist: c ; (python_version < \"3\")",
            "Provides-Extra: x",
            "Requires-Dist: d ; (os_name == 'nt') and extra == 'x'",
            "Provides-Extra: y",
            "Requires-Dist: e ; (sys_platform == \"win32\") and extra == 'y'",
        ]
    );
}

#[tokio::test]
async fn egg_info_without_requires_has_none() {
    assert_eq!(
        found(&[("my_project-1.0/my_project.egg-info/SOURCES.txt", "")]).await,
        Ok(SdistDependencies::Metadata(
            MetadataSource::EggInfo,
            Vec::new()
        ))
    );
}

#[tokio::test]
async fn otherwise_a_build_is_needed() {
    let dynamic = "[project]\nname = 'a'\ndynamic = ['dependencies']\n";
    let answer = found(&[
        ("my_project-1.0/setup.py", ""),
        ("my_project-1.0/pyproject.toml", dynamic),
    ])
    .await;
    assert!(matches!(answer, Ok(SdistDependencies::NeedsBuild(_))));
    let answer = read("my_project-1.0.tar.bz2", archive(Vec::new()), &name()).await;
    assert!(matches!(
        answer,
        Ok((SdistDependencies::NeedsBuild(_), None))
    ));
}

#[tokio::test]
async fn broken_archives_are_errors() {
    for filename in ["my_project-1.0.tar.gz", "my_project-1.0.zip"] {
        assert!(
            read(filename, archive(b"nonsense".to_vec()), &name())
                .await
                .is_err()
        );
    }
    let mut cut = tar_gz(&[(
        "my_project-1.0/PKG-INFO",
        &"Metadata-Version: 2.2\n".repeat(99),
    )]);
    cut.truncate(cut.len() / 2);
    assert!(
        read("my_project-1.0.tar.gz", archive(cut), &name())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn what_tells_of_the_build_is_kept() {
    let files = [
        ("my_project-1.0/PKG-INFO", "Metadata-Version: 2.2\n"),
        ("my_project-1.0/setup.py", "import helper\n"),
        ("my_project-1.0/helper.py", ""),
        ("my_project-1.0/src/fast.pyx", ""),
        ("my_project-1.0/tests/other/setup.py", "not this one"),
        ("my_project-1.0/tests/data.c", ""),
    ];
    let read = read("my_project-1.0.tar.gz", archive(tar_gz(&files)), &name()).await;
    let contents = read.unwrap().1.unwrap();
    assert_eq!(contents.setup_py.as_deref(), Some("import helper\n"));
    assert_eq!(contents.compiled, ["src/fast.pyx"]);
    assert!(contents.modules.contains("helper") && contents.modules.contains("tests"));
}
