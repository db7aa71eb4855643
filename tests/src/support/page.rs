//! Questions to an answer of the server.

/// What came back: status, headers that matter, body.
#[derive(Clone, Debug)]
pub struct Page {
    /// `POST /documents/7/actions/accept as 王芳`: for messages.
    pub asked: String,
    pub status: u16,
    pub location: Option<String>,
    pub content_type: String,
    pub headers: Vec<(String, String)>,
    pub bytes: Vec<u8>,
}

impl Page {
    pub fn body(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The visible text: tags removed, entities resolved, blanks collapsed.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut inside = false;
        for character in self.body().chars() {
            match character {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                other if !inside => text.push(other),
                _ => {}
            }
        }
        for (entity, character) in [
            ("&#60;", "<"),
            ("&lt;", "<"),
            ("&#62;", ">"),
            ("&gt;", ">"),
            ("&#34;", "\""),
            ("&quot;", "\""),
            ("&#39;", "'"),
            ("&#38;", "&"),
            ("&amp;", "&"),
        ] {
            text = text.replace(entity, character);
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    pub fn ok(self) -> Page {
        assert_eq!(self.status, 200, "{}: {}", self.asked, self.excerpt());
        self
    }

    /// Where a successful post leads.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.status, 303, "{}: {}", self.asked, self.excerpt());
        self.location.clone().unwrap_or_else(|| panic!("{}: no location", self.asked))
    }

    #[track_caller]
    pub fn refused(self, status: u16) -> Page {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.excerpt());
        self
    }

    #[track_caller]
    pub fn has(self, words: &[&str]) -> Page {
        let text = self.text();
        for word in words {
            assert!(text.contains(word), "{}: no “{word}” in: {text}", self.asked);
        }
        self
    }

    #[track_caller]
    pub fn lacks(self, words: &[&str]) -> Page {
        let body = self.body();
        for word in words {
            assert!(!body.contains(word), "{}: shows “{word}”", self.asked);
        }
        self
    }

    /// The beginning of what a reader sees, for messages.
    pub fn excerpt(&self) -> String {
        self.text().chars().take(1_500).collect()
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> Option<String> {
        let body = self.body();
        let at = body.find(&format!("name=\"{name}\""))?;
        let tag = &body[body[..at].rfind('<')?..at + body[at..].find('>')?];
        let value = tag.split_once("value=\"")?.1;
        Some(value.split_once('"')?.0.to_owned())
    }

    /// Addresses the page links to or posts to.
    pub fn links(&self) -> Vec<String> {
        let body = self.body();
        let mut links = Vec::new();
        for attribute in ["href=\"", "action=\""] {
            for part in body.split(attribute).skip(1) {
                if let Some((link, _)) = part.split_once('"') {
                    links.push(link.replace("&amp;", "&").replace("&#38;", "&"));
                }
            }
        }
        links
    }
}
