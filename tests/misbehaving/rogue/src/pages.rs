//! Pages nobody can draw.

/// The page document of one behaviour; anything else gives a small good page.
pub fn of(behaviour: &str) -> String {
    match behaviour {
        "not-json" => "<html>你好</html>".to_owned(),
        "empty" => String::new(),
        "wrong-shape" => r#"{"blocks":"none"}"#.to_owned(),
        "deep" => {
            let open = r#"{"block":"columns","columns":[["#.repeat(40);
            let close = "]]}".repeat(40);
            format!(r#"{{"blocks":[{open}{close}]}}"#)
        }
        "wide" => {
            let block = r#"{"block":"paragraph","text":{"zh":"一"}}"#;
            format!(r#"{{"blocks":[{}]}}"#, vec![block; 60_000].join(","))
        }
        "long-text" => format!(r#"{{"blocks":[{{"block":"paragraph","text":{{"zh":"{}"}}}}]}}"#, "长".repeat(30_000)),
        "giant" => format!(r#"{{"blocks":[],"title":{{"zh":"{}"}}}}"#, "大".repeat(1 << 20)),
        "unknown-block" => r#"{"blocks":[{"block":"hologram","fallback":"三维影像","html":"<script>alert(1)</script>"}]}"#.to_owned(),
        "markup" => r#"{"title":{"zh":"<script>alert(1)</script>"},"blocks":[{"block":"paragraph","text":{"zh":"<img src=x onerror=alert(1)>"}}]}"#.to_owned(),
        "foreign-person" => r#"{"blocks":[{"block":"facts","rows":[{"label":{"zh":"他人"},"value":{"cell":"person","person":"999999999"}}]}]}"#.to_owned(),
        _ => r#"{"title":{"zh":"一切正常"},"blocks":[{"block":"paragraph","text":{"zh":"你好"}}]}"#.to_owned(),
    }
}
