//! The words of the measure: where a clue comes from, what the difficulty is, how urgent, what is done about it. One type each, with
//! the code documents and forms carry and the word officers read.

/// An enumeration with its codes and Chinese words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal $zh:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// Every one, in the order of forms.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// As documents, forms and addresses carry it.
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)+ }
            }

            /// As officers read it.
            pub const fn zh(self) -> &'static str {
                match self { $($name::$variant => $zh,)+ }
            }

            /// The one of this code.
            pub fn of(code: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|word| word.code() == code)
            }
        }
    };
}

words! {
    /// Where a clue comes from.
    Source {
        Visit = "visit" "走访",
        Grid = "grid" "网格",
        Hotline12345 = "12345" "12345热线",
        Hotline12349 = "12349" "12349热线",
        Petition = "petition" "信访",
        MedicalAlert = "medical" "医保预警",
        Monitoring = "monitoring" "监测预警",
        Federation = "federation" "残联",
        School = "school" "学校",
        Media = "media" "媒体",
        Own = "self" "自述",
    }
}

impl Source {
    /// Somebody outside had to speak up first: hotline, petition or press. A household on a grid list that becomes known this way
    /// was missed.
    pub const fn is_outside(self) -> bool {
        matches!(self, Source::Hotline12345 | Source::Hotline12349 | Source::Petition | Source::Media)
    }
}

words! {
    /// What the difficulty is: with person or household, what makes two clues the same.
    Difficulty {
        Medical = "medical" "因病",
        Disability = "disability" "因残",
        Education = "education" "因学",
        Disaster = "disaster" "因灾",
        Accident = "accident" "意外事故",
        Unemployment = "unemployment" "失业",
        NoLabour = "no-labour" "缺劳力",
        OldAge = "old-age" "年老无人照料",
        Child = "child" "未成年人无人抚养",
        Bereavement = "bereavement" "家庭支柱去世或服刑",
        NoIncome = "no-income" "没有收入来源",
        Other = "other" "其他困难",
    }
}

impl Difficulty {
    /// The difficulty a monitoring rule points at, by the words its code is made of: `new-disability`, `medical-cost`. A rule that
    /// says nothing about it is “other”; people name it when they are there.
    pub fn of_rule(rule: &str) -> Difficulty {
        let has = |words: &[&str]| words.iter().any(|word| rule.contains(word));
        match () {
            () if has(&["medic", "illness", "hospital", "disease"]) => Difficulty::Medical,
            () if has(&["disab"]) => Difficulty::Disability,
            () if has(&["univers", "school", "educat", "student", "dropped-out"]) => Difficulty::Education,
            () if has(&["fire", "flood", "disaster", "unsafe-home"]) => Difficulty::Disaster,
            () if has(&["accident"]) => Difficulty::Accident,
            () if has(&["unemploy", "job"]) => Difficulty::Unemployment,
            () if has(&["died", "death", "dead", "prison"]) => Difficulty::Bereavement,
            () if has(&["orphan", "minor"]) => Difficulty::Child,
            () if has(&["turned-60", "old-age"]) => Difficulty::OldAge,
            () => Difficulty::Other,
        }
    }
}

words! {
    /// How fast a clue must move.
    Urgency {
        Ordinary = "ordinary" "一般",
        Urgent = "urgent" "紧急",
    }
}

words! {
    /// What the town does about a clue that was verified.
    Measure {
        NoNeed = "no-need" "无需救助",
        Tell = "tell" "告知政策",
        Apply = "apply" "代办申请",
        Refer = "refer" "转介",
        Emergency = "emergency" "急难先行救助",
    }
}

words! {
    /// What the family wishes, as they say at the door.
    Wish {
        None = "none" "没有提出",
        Apply = "apply" "愿意申请",
        NotNow = "not-now" "暂不申请",
    }
}

words! {
    /// How a household on a grid list is rated, and so how often it is visited.
    Risk {
        High = "high" "高风险",
        Medium = "medium" "中风险",
        Low = "low" "低风险",
    }
}

words! {
    /// Where the people of a household on a grid list really are.
    Stay {
        Home = "home" "在家居住",
        Away = "away" "长期在外",
        Institution = "institution" "住供养机构或医院",
    }
}

words! {
    /// Where a visit took place.
    Place {
        Home = "home" "家中",
        Institution = "institution" "供养机构或医院",
        Elsewhere = "elsewhere" "村内其他地方",
        Phone = "phone" "电话或视频",
    }
}

words! {
    /// Why somebody is on a grid list.
    Reason {
        LivingAlone = "living-alone" "独居老人",
        LeftBehind = "left-behind" "留守儿童或困境儿童",
        Disabled = "disabled" "重度残疾",
        Ill = "ill" "重病",
        WatchList = "watch-list" "防返贫监测对象",
        Recipient = "recipient" "在保对象",
        Accident = "accident" "近期发生重大变故",
        Other = "other" "其他",
    }
}

words! {
    /// Whom a clue is referred to.
    Partner {
        Charity = "charity" "慈善组织",
        Services = "purchased-services" "社会工作服务",
        MutualAid = "mutual-aid" "救急难互助社",
        Education = "education" "教育部门",
        Medical = "medical" "医保部门",
        Employment = "employment" "人社部门",
        Housing = "housing" "住建部门",
        Emergency = "emergency" "应急部门",
        Federation = "federation" "残联",
        Other = "other" "其他",
    }
}

words! {
    /// How a case of a benefit ended, as `benefit.cases` says it.
    CaseOutcome {
        Granted = "granted" "已批准",
        Refused = "refused" "未获批准",
        Withdrawn = "withdrawn" "申请已撤回",
    }
}
