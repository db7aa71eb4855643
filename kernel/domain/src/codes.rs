//! Code tables: the numbers national standards and our own lists give to words. A table is data with its source; a form's
//! choices, the importer's columns, the pages and the plugins all read the same one.

/// One table: its id, where it comes from, and its entries in display order.
#[derive(Debug)]
pub struct CodeTable {
    pub id: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub source: &'static str,
    pub entries: &'static [Code],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Code {
    pub code: i32,
    pub zh: &'static str,
    pub en: &'static str,
}

impl CodeTable {
    pub fn find(&self, code: i32) -> Option<&'static Code> {
        self.entries.iter().find(|entry| entry.code == code)
    }

    /// By code or by Chinese word, as a spreadsheet may carry either; `01`, and 汉 for 汉族.
    pub fn parse(&self, text: &str) -> Option<&'static Code> {
        let text = text.trim();
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        self.entries.iter().find(|entry| {
            entry.zh == text || entry.zh.strip_suffix('族') == Some(text) || digits && text.parse() == Ok(entry.code)
        })
    }
}

macro_rules! tables {
    ($($name:ident = $id:literal, $zh:literal, $en:literal, $source:literal: [ $($code:literal $czh:literal $cen:literal),+ $(,)? ];)+) => {
        $( pub static $name: CodeTable = CodeTable { id: $id, zh: $zh, en: $en, source: $source,
            entries: &[ $( Code { code: $code, zh: $czh, en: $cen } ),+ ] }; )+
        /// Every table, for reference pages and look-up by id.
        pub static ALL: &[&CodeTable] = &[ $( &$name ),+ ];
    };
}

pub fn find(id: &str) -> Option<&'static CodeTable> {
    ALL.iter().copied().find(|table| table.id == id)
}

tables! {
    SEX = "sex", "性别", "Sex", "GB/T 2261.1": [0 "未知" "Unknown", 1 "男" "Male", 2 "女" "Female", 9 "未说明" "Not stated"];
    YES_NO = "yes-no", "是否", "Yes or no", "Doudi": [0 "否" "No", 1 "是" "Yes"];
    MARITAL = "marital", "婚姻状况", "Marital status", "GB/T 2261.2": [
        10 "未婚" "Single", 20 "已婚" "Married", 21 "初婚" "First marriage", 22 "再婚" "Remarried", 23 "复婚" "Remarried to same",
        30 "丧偶" "Widowed", 40 "离婚" "Divorced", 90 "未说明" "Not stated"];
    HEALTH = "health", "健康状况", "Health", "民政业务简表 (PRACTICE)": [
        10 "健康或良好" "Good", 20 "一般或较弱" "Fair", 30 "有慢性病" "Chronic illness", 40 "重病" "Serious illness", 60 "残疾" "Disabled"];
    EDUCATION = "education", "文化程度", "Education", "GB/T 4658": [
        10 "研究生" "Postgraduate", 20 "本科" "Bachelor", 30 "专科" "Junior college", 40 "中职" "Vocational secondary",
        60 "高中" "Senior high", 70 "初中" "Junior high", 80 "小学" "Primary", 90 "其他" "Other"];
    RELATION = "relation", "与户主关系", "Relation to head", "GB/T 4761-2008": [
        2 "户主" "Head", 1 "本人" "Self", 10 "配偶" "Spouse", 11 "夫" "Husband", 12 "妻" "Wife", 20 "子" "Son", 21 "独生子" "Only son",
        22 "长子" "Eldest son", 23 "次子" "Second son", 28 "女婿" "Son-in-law", 30 "女" "Daughter", 31 "独生女" "Only daughter",
        32 "长女" "Eldest daughter", 33 "次女" "Second daughter", 38 "儿媳" "Daughter-in-law", 40 "孙辈" "Grandchild", 41 "孙子" "Grandson",
        42 "孙女" "Granddaughter", 43 "外孙子" "Daughter's son", 44 "外孙女" "Daughter's daughter", 50 "父母" "Parent", 51 "父" "Father",
        52 "母" "Mother", 53 "公公" "Husband's father", 54 "婆婆" "Husband's mother", 55 "岳父" "Wife's father", 56 "岳母" "Wife's mother",
        57 "继父或养父" "Step- or foster father", 58 "继母或养母" "Step- or foster mother", 61 "祖父" "Paternal grandfather",
        62 "祖母" "Paternal grandmother", 63 "外祖父" "Maternal grandfather", 64 "外祖母" "Maternal grandmother", 71 "兄" "Elder brother",
        73 "弟" "Younger brother", 75 "姐" "Elder sister", 77 "妹" "Younger sister", 97 "其他亲属" "Other relative", 99 "非亲属" "Not related"];
    UNCOUNTED = "uncounted-reason", "不计入原因", "Why not counted", "民发〔2021〕57号 第七条": [
        0 "计入" "Counted", 1 "服刑" "In prison", 2 "强制隔离戒毒" "Compulsory detox", 3 "宣告失踪" "Declared missing",
        4 "宗教教职脱离家庭三年以上" "Clergy away over three years"];
    DISABILITY = "disability-category", "残疾类别", "Disability", "GB/T 26341": [
        0 "无" "None", 1 "视力" "Vision", 2 "听力" "Hearing", 3 "言语" "Speech", 4 "肢体" "Limb", 5 "智力" "Intellectual", 6 "精神" "Mental",
        7 "多重" "Multiple"];
    DISABILITY_GRADE = "disability-grade", "残疾等级", "Disability grade", "GB/T 26341": [
        0 "无" "None", 1 "一级" "Grade 1", 2 "二级" "Grade 2", 3 "三级" "Grade 3", 4 "四级" "Grade 4"];
    LABOUR = "labour-capacity", "劳动能力", "Labour capacity", "PRACTICE": [
        1 "普通" "Able", 2 "部分丧失" "Partly lost", 3 "丧失" "Lost", 4 "无劳动能力（未成年或老年）" "None (minor or old)"];
    EMPLOYMENT = "employment", "就业状况", "Employment", "PRACTICE": [
        1 "在职职工" "Employed", 2 "灵活就业" "Casual", 3 "登记失业" "Registered unemployed", 4 "未登记失业" "Unregistered unemployed",
        5 "无就业条件" "Unable to work", 6 "老年人" "Old", 7 "未成年人" "Minor", 8 "在校学生" "Student"];
    STUDY = "study", "就学状况", "Schooling", "PRACTICE": [
        0 "非在校" "Not at school", 1 "学前" "Pre-school", 2 "小学" "Primary", 3 "初中" "Junior high", 4 "高中" "Senior high",
        5 "中职" "Vocational secondary", 6 "专科" "Junior college", 7 "本科" "Bachelor", 8 "研究生" "Postgraduate"];
    HUKOU_KIND = "hukou-kind", "户籍类别", "Hukou", "PRACTICE": [1 "城镇" "Urban", 2 "农村" "Rural"];
    POVERTY_CAUSE = "poverty-cause", "主要致贫原因", "Main cause", "PRACTICE": [
        1 "因病" "Illness", 2 "因残" "Disability", 3 "因学" "Schooling", 4 "因灾" "Disaster", 5 "缺劳力" "No labour", 6 "年老" "Old age",
        7 "失业" "Unemployment", 8 "意外事故" "Accident", 9 "缺资金土地技术" "No means", 99 "其他" "Other"];
    HOUSING = "housing", "住房状况", "Housing", "PRACTICE": [
        1 "自有私房" "Own", 2 "租用公房" "Public rent", 3 "租用私房" "Private rent", 4 "借用" "Borrowed", 5 "临时搭建" "Temporary"];
    MONITORING = "monitoring", "防返贫监测", "Watch list", "乡村振兴": [
        0 "非监测对象" "None", 1 "脱贫不稳定户" "Unstable after leaving poverty", 2 "边缘易致贫户" "At the edge", 3 "突发严重困难户" "Sudden hardship"];
    NEAR_RELATIVE = "near-relative", "近亲属备案", "Near relative of handler", "民发〔2021〕57号": [
        0 "无" "None", 1 "经办人员近亲属" "Of a handler", 2 "村（居）民委员会成员近亲属" "Of a village committee member"];
    SOURCE = "source", "来源", "Source", "Doudi": [
        1 "本人申报" "Declared", 2 "入户调查" "Home survey", 3 "信息核对" "Finance check", 4 "公安" "Police", 5 "民政" "Civil affairs",
        6 "人社" "HRSS", 7 "公积金" "Housing fund", 8 "不动产" "Real estate", 9 "车辆管理" "Vehicles", 10 "市场监管" "Market registration",
        11 "税务" "Tax", 12 "银行证券保险" "Banks", 13 "残联" "Disabled federation", 14 "医保" "Medical insurance", 15 "乡村振兴" "Rural revitalisation",
        16 "司法" "Justice", 17 "花名册导入" "Roster import", 18 "教育" "Education", 19 "卫健" "Health"];
    VEHICLE_KIND = "vehicle-kind", "车辆情形", "Vehicle", "Doudi": [
        0 "普通机动车" "Ordinary", 1 "残疾人代步车" "Disability scooter", 2 "已报废" "Scrapped", 3 "生产用农机具" "Farm machinery"];
    HOME_KIND = "home-kind", "房屋情形", "Home", "Doudi": [
        0 "自住" "Lived in", 1 "拆迁安置房" "Resettlement home", 2 "继承份额" "Inherited share", 3 "其他住房" "Another home"];
    COMPANY_KIND = "company-kind", "市场主体情形", "Company", "Doudi": [
        0 "实际经营" "Operating", 1 "未实际经营" "Dormant", 2 "合作社成员" "Co-op member"];
    ETHNICITY = "ethnicity", "民族", "Ethnicity", "GB/T 3304": [
        1 "汉族" "Han", 2 "蒙古族" "Mongol", 3 "回族" "Hui", 4 "藏族" "Tibetan", 5 "维吾尔族" "Uygur", 6 "苗族" "Miao", 7 "彝族" "Yi",
        8 "壮族" "Zhuang", 9 "布依族" "Bouyei", 10 "朝鲜族" "Korean", 11 "满族" "Manchu", 12 "侗族" "Dong", 13 "瑶族" "Yao", 14 "白族" "Bai",
        15 "土家族" "Tujia", 16 "哈尼族" "Hani", 17 "哈萨克族" "Kazak", 18 "傣族" "Dai", 19 "黎族" "Li", 20 "傈僳族" "Lisu", 21 "佤族" "Va",
        22 "畲族" "She", 23 "高山族" "Gaoshan", 24 "拉祜族" "Lahu", 25 "水族" "Sui", 26 "东乡族" "Dongxiang", 27 "纳西族" "Naxi",
        28 "景颇族" "Jingpo", 29 "柯尔克孜族" "Kirgiz", 30 "土族" "Tu", 31 "达斡尔族" "Daur", 32 "仫佬族" "Mulao", 33 "羌族" "Qiang",
        34 "布朗族" "Blang", 35 "撒拉族" "Salar", 36 "毛南族" "Maonan", 37 "仡佬族" "Gelao", 38 "锡伯族" "Xibe", 39 "阿昌族" "Achang",
        40 "普米族" "Pumi", 41 "塔吉克族" "Tajik", 42 "怒族" "Nu", 43 "乌孜别克族" "Uzbek", 44 "俄罗斯族" "Russian", 45 "鄂温克族" "Ewenki",
        46 "德昂族" "Deang", 47 "保安族" "Bonan", 48 "裕固族" "Yugur", 49 "京族" "Gin", 50 "塔塔尔族" "Tatar", 51 "独龙族" "Derung",
        52 "鄂伦春族" "Oroqen", 53 "赫哲族" "Hezhen", 54 "门巴族" "Monba", 55 "珞巴族" "Lhoba", 56 "基诺族" "Jino"];
}

#[cfg(test)]
mod tests;
