//! Pages nobody can draw.

/// The page document of one behaviour; anything else gives a small good page.
pub fn of(behaviour: &str, query: &[(String, String)]) -> String {
    match behaviour {
        // What is no text, and what ends outside its memory.
        "page-bad-utf8" => {
            let bytes = std::hint::black_box(vec![b'{', 0xff, 0xfe, b'}']);
            // SAFETY: it is not safe, and that is the point.
            unsafe { String::from_utf8_unchecked(bytes) }
        }
        "page-beyond-memory" => {
            let begin = "{}".as_ptr().cast_mut();
            // SAFETY: as above; this guest ends before anybody frees it.
            unsafe { String::from_raw_parts(begin, 0x7fff_ff00, 0x7fff_ff00) }
        }
        // Says again whatever it was asked with, in every place a page has for words, and as a number.
        "echo" => {
            let said = query.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join("，");
            let said = said.replace(['"', '\\'], "");
            let number: i64 = query.iter().find_map(|(_, value)| value.parse().ok()).unwrap_or(0);
            format!(
                r#"{{"title":{{"zh":"{said}"}},"blocks":[{{"block":"paragraph","text":{{"zh":"{said}"}}}},{{"block":"note","tone":"soon","text":{{"zh":"{said}"}}}},{{"block":"facts","rows":[{{"label":{{"zh":"{said}"}},"value":{{"cell":"text","text":{{"zh":"{said}"}}}},"note":{{"zh":"{said}"}}}},{{"label":{{"zh":"数"}},"value":{{"cell":"number","number":{number}}}}}]}},{{"block":"hologram","fallback":{{"zh":"{said}"}}}}]}}"#
            )
        }
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
