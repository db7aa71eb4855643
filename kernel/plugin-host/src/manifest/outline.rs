//! The outline of a component file, read from its bytes alone: section, imports, exports, string encodings. Nothing is
//! compiled, so a hostile file costs no more than one pass over it.

use crate::points::{CONTRACT, IMPORTS, POINTS, Point};
use doudi_documents::manifest::{MAX_BYTES, Manifest, SECTION};
use doudi_domain::Problem;
use wasmparser::{CanonicalFunction, CanonicalOption, Encoding, Parser, Payload};

/// What one pass over the bytes tells.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Outline {
    /// Texts of the manifest sections of the *outer* component; a good package has exactly one.
    pub manifests: Vec<Vec<u8>>,
    pub imports: Vec<String>,
    pub exports: Vec<String>,
    /// Some function wants strings in another encoding than UTF-8.
    pub foreign_strings: bool,
}

impl Outline {
    pub fn read(bytes: &[u8]) -> Result<Outline, Problem> {
        let broken = |message: String| Problem::new("", "component.format", message);
        let mut outline = Outline::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload.map_err(|error| broken(format!("文件不是完整的 WebAssembly 组件：{error}")))?;
            match payload {
                Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                    return Err(broken("文件是核心模块而不是组件。请用打包工具打包".into()));
                }
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::CustomSection(section) if depth == 0 && section.name() == SECTION => {
                    outline.manifests.push(section.data().to_vec());
                }
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section {
                        let import = import.map_err(|error| broken(format!("导入段有误：{error}")))?;
                        outline.imports.push(import.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section {
                        let export = export.map_err(|error| broken(format!("导出段有误：{error}")))?;
                        outline.exports.push(export.name.name.to_owned());
                    }
                }
                Payload::ComponentCanonicalSection(section) => {
                    for function in section {
                        let function = function.map_err(|error| broken(format!("接口段有误：{error}")))?;
                        if let CanonicalFunction::Lift { options, .. } | CanonicalFunction::Lower { options, .. } =
                            function
                        {
                            outline.foreign_strings |= options
                                .iter()
                                .any(|option| matches!(option, CanonicalOption::UTF16 | CanonicalOption::CompactUTF16));
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(outline)
    }

    /// The manifest, if there is exactly one and it can be read.
    pub fn manifest(&self) -> Result<Manifest, Problem> {
        let problem = |code: &str, message: String| Problem::new("manifest", code, message);
        let [section] = self.manifests.as_slice() else {
            return Err(match self.manifests.len() {
                0 => problem("manifest.missing", format!("组件外层没有清单（{SECTION}）。请用打包工具打包")),
                count => problem("manifest.many", format!("组件外层有 {count} 份清单，只能有一份")),
            });
        };
        if section.len() > MAX_BYTES {
            return Err(problem("manifest.size", format!("清单有 {} 字节，上限为 {MAX_BYTES} 字节", section.len())));
        }
        let text =
            std::str::from_utf8(section).map_err(|_| problem("manifest.encoding", "清单不是 UTF-8 文字".into()))?;
        Manifest::from_json(text).map_err(|error| problem("manifest.format", format!("清单的格式有误：{error}")))
    }

    /// Imports that are foreign or not declared.
    pub fn import_problems(&self, declared: &[String]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for import in &self.imports {
            match Interface::parse(import) {
                Some(Interface { package: "types", .. }) => {}
                Some(Interface { package: "kernel", name, version }) => {
                    if !IMPORTS.contains(&name) || !speaks(&CONTRACT, &version) {
                        problems.push(Problem::new(
                            import,
                            "import.newer",
                            format!("接口“{import}”需要更新版本的内核（本内核的接口版本为 {CONTRACT}）"),
                        ));
                    } else if !declared.iter().any(|declared| declared == name) {
                        problems.push(Problem::new(
                            import,
                            "import.undeclared",
                            format!("组件导入了“{import}”，清单的 imports 没有申报“{name}”"),
                        ));
                    }
                }
                _ => problems.push(Problem::new(
                    import,
                    "import.foreign",
                    format!("组件导入了“{import}”。插件只能使用内核的接口，不能使用时钟、文件、网络、随机数等系统功能"),
                )),
            }
        }
        problems
    }

    /// Differences between the exported points and the declared ones. Exports of other worlds are ignored: language
    /// runtimes have some of their own, and nobody calls them.
    pub fn export_problems(&self, declared: &[String]) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut found: Vec<&str> = Vec::new();
        for export in &self.exports {
            let Some(interface) = Interface::parse(export) else {
                if export.starts_with("doudi:") {
                    problems.push(newer_export(export));
                }
                continue;
            };
            let known = interface.package == "measure" && Point::parse(interface.name).is_some();
            if !known || !speaks(&POINTS, &interface.version) {
                problems.push(newer_export(export));
            } else {
                found.push(interface.name);
                if !declared.iter().any(|declared| declared == interface.name) {
                    problems.push(Problem::new(
                        export,
                        "export.undeclared",
                        format!("组件导出了“{}”，清单的 points 没有申报", interface.name),
                    ));
                }
            }
        }
        for point in declared.iter().filter(|declared| Point::parse(declared).is_some()) {
            if !found.contains(&point.as_str()) {
                problems.push(Problem::new(
                    format!("points.{point}"),
                    "export.missing",
                    format!("清单申报了“{point}”，组件没有导出"),
                ));
            }
        }
        problems
    }
}

fn newer_export(export: &str) -> Problem {
    Problem::new(export, "export.newer", format!("导出“{export}”需要更新版本的内核（本内核的接口版本为 {CONTRACT}）"))
}

/// `doudi:kernel/records@1.0.0`, taken apart.
struct Interface<'a> {
    package: &'a str,
    name: &'a str,
    version: semver::Version,
}

impl Interface<'_> {
    fn parse(text: &str) -> Option<Interface<'_>> {
        let (path, version) = text.strip_prefix("doudi:")?.split_once('@')?;
        let (package, name) = path.split_once('/')?;
        Some(Interface { package, name, version: version.parse().ok()? })
    }
}

/// Whether this kernel provides an interface of that version: the same major, and not a later minor.
fn speaks(offered: &semver::Version, asked: &semver::Version) -> bool {
    asked.major == offered.major && asked.minor <= offered.minor && asked.pre.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_component_tells_its_manifest_imports_and_exports() {
        let outline = Outline::read(&sample::component(&[b"{}"])).unwrap();
        assert_eq!(outline.manifests, [b"{}".to_vec()]);
        assert_eq!(outline.imports, Vec::<String>::new());
        assert!(!outline.foreign_strings);
    }

    #[test]
    fn a_module_and_rubbish_are_refused_by_name() {
        let module = Outline::read(b"\0asm\x01\0\0\0").unwrap_err();
        assert!(module.message.contains("核心模块"), "{module}");
        for rubbish in [b"".as_slice(), b"PK\x03\x04", &sample::component(&[b"{}"])[..9]] {
            assert_eq!(Outline::read(rubbish).unwrap_err().code, "component.format");
        }
    }

    #[test]
    fn the_manifest_must_stand_once_in_the_outer_component() {
        let code = |bytes: Vec<u8>| Outline::read(&bytes).unwrap().manifest().unwrap_err().code;
        assert_eq!(code(sample::component(&[])), "manifest.missing");
        assert_eq!(code(sample::component(&[b"{}", b"{}"])), "manifest.many");
        assert_eq!(code(sample::component(&[b"{}"])), "manifest.format");
        assert_eq!(code(sample::component(&[b"\xff"])), "manifest.encoding");
        assert_eq!(code(sample::component(&[&vec![b' '; MAX_BYTES + 1]])), "manifest.size");
        let inner = sample::component_around(&sample::component(&[sample::manifest().to_canonical_json().as_bytes()]));
        assert_eq!(code(inner), "manifest.missing", "a section of an inner component does not count");
    }

    fn outline(imports: &[&str], exports: &[&str]) -> Outline {
        Outline {
            imports: imports.iter().map(ToString::to_string).collect(),
            exports: exports.iter().map(ToString::to_string).collect(),
            ..Outline::default()
        }
    }

    fn codes(problems: Vec<Problem>) -> Vec<String> {
        problems.into_iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn only_declared_kernel_interfaces_may_be_imported() {
        let declared = ["records".to_owned()];
        for (import, expected) in [
            ("doudi:types/types@1.0.0", None),
            ("doudi:kernel/records@1.0.0", None),
            ("doudi:kernel/records@1.0.7", None),
            ("doudi:kernel/decisions@1.0.0", Some("import.undeclared")),
            ("doudi:kernel/records@1.3.0", None),
            ("doudi:kernel/records@1.4.0", Some("import.newer")),
            ("doudi:kernel/records@2.0.0", Some("import.newer")),
            ("doudi:kernel/network@1.0.0", Some("import.newer")),
            ("doudi:kernel/records", Some("import.foreign")),
            ("wasi:clocks/wall-clock@0.2.0", Some("import.foreign")),
            ("env", Some("import.foreign")),
            ("doudi:measure/act@1.0.0", Some("import.foreign")),
        ] {
            let problems = outline(&[import], &[]).import_problems(&declared);
            assert!(problems.iter().all(|problem| problem.message.contains(import)), "the name is told: {problems:?}");
            assert_eq!(codes(problems).first().map(String::as_str), expected, "{import}");
        }
    }

    #[test]
    fn exports_must_be_exactly_the_declared_points() {
        let declared = ["act".to_owned(), "view".to_owned()];
        let good = ["doudi:measure/act@1.0.0", "doudi:measure/view@1.0.0", "wizer-initialize", "other:pkg/thing@1.0.0"];
        assert_eq!(codes(outline(&[], &good).export_problems(&declared)), Vec::<String>::new());
        let cases = [
            (vec!["doudi:measure/act@1.0.0"], "export.missing"),
            (vec![good[0], good[1], "doudi:measure/tick@1.0.0"], "export.undeclared"),
            (vec![good[0], good[1], "doudi:measure/dance@1.0.0"], "export.newer"),
            (vec![good[0], good[1], "doudi:measure/tick@1.3.0"], "export.newer"),
        ];
        for (exports, expected) in cases {
            assert_eq!(codes(outline(&[], &exports).export_problems(&declared)), [expected], "{exports:?}");
        }
    }
}
