//! The binary side: wrapping a core module, appending the manifest, reading what a component imports and exports.

use anyhow::{Context, Result, ensure};
use doudi_documents::manifest::{MAX_BYTES, SECTION};
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

/// What a component asks for, offers and says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Surface {
    /// Full names of the imports: `doudi:kernel/records@1.0.0`.
    pub imports: Vec<String>,
    /// Full names of the exports: `doudi:measure/assess@1.0.0`.
    pub exports: Vec<String>,
    /// The manifest, if it is there.
    pub manifest: Option<String>,
}

/// Wraps a core module into a component. No adapter is linked, so a module that needs WASI fails here, by the name of what it
/// imports.
///
/// # Errors
/// When the module is no WebAssembly or was not built with the SDK.
pub fn wrap(core: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default()
        .validate(true)
        .module(core)
        .context("this is no core module of a plugin: build it for wasm32-unknown-unknown with the SDK's `export!`")?
        .encode()
        .context("the module cannot be wrapped into a component; plugins import nothing but Doudi's interfaces")
}

/// Whether the bytes begin as a component does, in contrast to a core module.
pub fn is_component(bytes: &[u8]) -> bool {
    Parser::is_component(bytes)
}

/// Appends the manifest as the custom section `doudi:manifest` of the outer component.
///
/// # Errors
/// When the manifest is longer than the kernel reads, or the component has one already.
pub fn embed(mut component: Vec<u8>, manifest: &str) -> Result<Vec<u8>> {
    ensure!(
        manifest.len() <= MAX_BYTES,
        "the manifest is {} bytes long, the kernel reads {MAX_BYTES}: move scenarios into tests of your own",
        manifest.len()
    );
    ensure!(surface(&component)?.manifest.is_none(), "the component carries a manifest already");
    component.extend_from_slice(&section(manifest));
    Ok(component)
}

/// The package with another manifest around the same code.
///
/// # Errors
/// When the bytes are no package [`embed`] made.
pub fn relabel(package: &[u8], manifest: &str) -> Result<Vec<u8>> {
    let before = surface(package)?.manifest.context("the component carries no manifest")?;
    let bare = package.strip_suffix(section(&before).as_slice()).context("the manifest is not the last section")?;
    embed(bare.to_vec(), manifest)
}

/// A custom section: id 0, length, then the length of its name, the name, the content.
fn section(manifest: &str) -> Vec<u8> {
    let mut content = Vec::with_capacity(manifest.len() + SECTION.len() + 4);
    leb128(SECTION.len(), &mut content);
    content.extend_from_slice(SECTION.as_bytes());
    content.extend_from_slice(manifest.as_bytes());
    let mut section = vec![0];
    leb128(content.len(), &mut section);
    section.extend_from_slice(&content);
    section
}

fn leb128(mut number: usize, into: &mut Vec<u8>) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            into.push(low);
            return;
        }
        into.push(low | 0x80);
    }
}

/// Reads imports, exports and manifest of the outer component; what is nested inside is not looked at.
///
/// # Errors
/// When the bytes are no component.
pub fn surface(component: &[u8]) -> Result<Surface> {
    ensure!(is_component(component), "this is no component: pack it first");
    let mut surface = Surface::default();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        match payload.context("the component is damaged")? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports {
                    surface.imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                for export in exports {
                    surface.exports.push(export?.name.name.to_owned());
                }
            }
            Payload::CustomSection(section) if depth == 0 && section.name() == SECTION => {
                let text = std::str::from_utf8(section.data()).context("the manifest is not UTF-8")?;
                surface.manifest = Some(text.to_owned());
            }
            _ => {}
        }
    }
    surface.imports.sort();
    surface.exports.sort();
    Ok(surface)
}
