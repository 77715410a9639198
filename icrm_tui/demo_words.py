"""The words the demo store is made of: all invented, in three languages (zh, en, de).

The store belongs to a maker of coffee machines and tea sets. Phones lie in ranges set aside for fiction (for
China: in exchange 0000), addresses end in .example.
"""

from typing import NamedTuple


class Salesperson(NamedTuple):
    user: str
    name: str
    role: str
    share: dict[str, int]  # how often they look after customers of a language


class City(NamedTuple):
    name: str
    region: str
    country: str
    zone: str
    phone: str  # '#' is any digit
    mobile: str
    roads: tuple[str, ...]


class Post(NamedTuple):
    title: str
    department: str
    role: str


SALES = (
    Salesperson("wei", "陈伟 (Chen Wei)", "admin", {"zh": 45, "en": 15, "de": 10}),
    Salesperson("lan", "苏岚 (Su Lan)", "manager", {"zh": 45, "en": 5, "de": 5}),
    Salesperson("jonas", "Jonas Reuter (罗约纳)", "member", {"zh": 3, "en": 20, "de": 75}),
    Salesperson("grace", "Grace Obi (欧雅格)", "member", {"zh": 7, "en": 60, "de": 10}),
)


def _words(text: str) -> list[str]:
    return text.split()


def _phrases(text: str) -> list[str]:
    return text.split(" / ")


# --- where ------------------------------------------------------------------------------------------------

_ZH = ("文华路", "滨江大道", "青年路", "东湖路", "建设北路", "望山街", "科技三路", "梧桐巷", "码头街", "新桥路")
_EN = ("Mill Lane", "Harbour Street", "Station Road", "Orchard Way", "Foundry Row", "Chapel Hill", "Weaver Street")
_DE = ("Mühlenweg", "Hafenstraße", "Lindenallee", "Am Speicher", "Gartenstraße", "Webergasse", "Bahnhofsplatz")


def _cn(name: str, region: str, code: str) -> City:
    return City(name, region, "CN", "Asia/Shanghai", f"{code}-0000 ####", "13# 0000 ####", _ZH)


def _de(name: str, region: str, phone: str) -> City:
    return City(name, region, "DE", "Europe/Berlin", phone, "+49 171 39200##", _DE)


def _gb(name: str, region: str, phone: str) -> City:
    return City(name, region, "GB", "Europe/London", phone, "+44 7700 900###", _EN)


def _us(name: str, region: str, zone: str, area: str) -> City:
    return City(name, region, "US", zone, f"+1 {area} 555 01##", f"+1 {area} 555 01##", _EN)


CITIES: dict[str, tuple[City, ...]] = {
    "zh": (
        _cn("上海", "上海", "021"),
        _cn("上海", "上海", "021"),
        _cn("北京", "北京", "010"),
        _cn("深圳", "广东", "0755"),
        _cn("广州", "广东", "020"),
        _cn("杭州", "浙江", "0571"),
        _cn("苏州", "江苏", "0512"),
        _cn("宁波", "浙江", "0574"),
        _cn("成都", "四川", "028"),
        _cn("武汉", "湖北", "027"),
        _cn("西安", "陕西", "029"),
        _cn("青岛", "山东", "0532"),
        _cn("厦门", "福建", "0592"),
        _cn("重庆", "重庆", "023"),
        _cn("长沙", "湖南", "0731"),
        _cn("昆明", "云南", "0871"),
        _cn("佛山", "广东", "0757"),
    ),
    "en": (
        _gb("London", "England", "+44 20 7946 0###"),
        _gb("Manchester", "England", "+44 161 496 0###"),
        _gb("Leeds", "England", "+44 113 496 0###"),
        _gb("Bristol", "England", "+44 117 496 0###"),
        _gb("Edinburgh", "Scotland", "+44 131 496 0###"),
        _gb("Cardiff", "Wales", "+44 29 2018 0###"),
        _us("Chicago", "Illinois", "America/Chicago", "312"),
        _us("Austin", "Texas", "America/Chicago", "512"),
        _us("Portland", "Oregon", "America/Los_Angeles", "503"),
        _us("Boston", "Massachusetts", "America/New_York", "617"),
        _us("Denver", "Colorado", "America/Denver", "303"),
        _us("Seattle", "Washington", "America/Los_Angeles", "206"),
    ),
    "de": (
        _de("Berlin", "Berlin", "+49 30 23125###"),
        _de("Hamburg", "Hamburg", "+49 40 66969###"),
        _de("München", "Bayern", "+49 89 99998###"),
        _de("Köln", "Nordrhein-Westfalen", "+49 221 4710###"),
        _de("Frankfurt am Main", "Hessen", "+49 69 90009###"),
    ),
}

# --- who ----------------------------------------------------------------------------------------------------

# the more frequent ones several times, and some that read otherwise than their characters
FAMILY = {
    "zh": [
        *"王王王李李李张张张刘刘陈陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾曾萧田董潘袁蔡蒋余于杜叶程魏苏",
        *"吕丁任卢姚沈钟姜崔谭陆范汪廖石金贾夏韦方白邹孟熊秦邱江尹薛阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃洪武莫孔",
        *"单单仇仇解解查区盖乐翟缪冼华",
        *("欧阳", "尉迟", "尉迟", "司徒", "上官", "诸葛", "令狐"),
    ],
    "en": _phrases(
        "Hartley / Okafor / Whitcombe / O'Neil / O'Brien / Fairweather / Marsden / Patel / Lindqvist / "
        "Castellano / Nguyen / Prescott / Delacroix / Adeyemi / Thornbury / Kowalski / Ramirez / Sinclair / "
        "Doyle / Ashworth / Bianchi / Mbeki / Van der Berg / McAllister / Singh / Callahan / Núñez / Weston / "
        "Petrov / Iyer / Svensson / Haddad / Fitzgerald / Ito / Blackwood / Moreau / St. Clair / Ferreira / "
        "Yeoh / Underhill"
    ),
    "de": _phrases(
        "Müller / Schmidt / Śliwa / Weiß / Krüger / Schäfer / Yılmaz / Vogel / Böhm / Lindner / Hoffmann / "
        "Nowak / Groß / Jäger / Brandt / von Stein / Kaiser / Öztürk / Winkler / Meyer-Lange / Sauer / Köhler / "
        "Zięba / Hübner / Reimann / Thalbach"
    ),
}
GIVEN = {
    "zh": {
        "female": _words(
            "芳 娜 静 雪 婷 岚 梅 莹 洁 倩 雨桐 思涵 欣怡 佳宁 若兰 晓燕 梦瑶 海燕 丽华 秀英 诗雅 一诺 书瑶 婉清 "
            "月明 子晴 春霞 嘉禾 安琪 黛琳"
        ),
        "male": _words(
            "伟 强 磊 军 洋 勇 杰 涛 明 超 浩然 子轩 宇航 俊杰 建国 志远 文博 嘉诚 海涛 晓东 一鸣 立新 国栋 思远 "
            "承志 景行 永康 家豪 云飞 天佑"
        ),
    },
    "en": {
        "female": _words(
            "Amelia Ngozi Clara Priya Siobhán Hannah Maya Eleanor Zoë Rosa Ingrid Fatima Naomi Beatrice Louise "
            "Chloe Harriet Renée Abigail Mei"
        ),
        "male": _words(
            "Oliver Kwame Thomas Arjun Seán Daniel Marcus Henry Diego Rafael Erik Omar Callum Edward Luke Samuel "
            "Isaac André Gareth Kenji"
        ),
    },
    "de": {
        "female": _words("Anna Katharina Małgorzata Lena Sabine Jule Elif Franziska Ulrike Johanna Greta Käthe"),
        "male": _words("Matthias Jürgen Lukas Paweł Sebastian Emre Holger Felix Björn Konrad Thomas Moritz"),
    },
}


def _posts(text: str, role: str) -> list[Post]:
    """`title @ department / …`"""
    pairs = (part.split(" @ ") for part in _phrases(text))
    return [Post(title, department, role) for title, department in pairs]


# bosses, those under them, and everybody else
POSTS: dict[str, tuple[list[Post], list[Post], list[Post]]] = {
    "zh": (
        _posts("总经理 @ 总经办 / 创始人 @ 总经办 / 运营总监 @ 运营部", "decision-maker"),
        _posts("采购经理 @ 采购部 / 餐饮部经理 @ 餐饮部 / 财务主管 @ 财务部 / 门店督导 @ 运营部", "influencer"),
        _posts("采购专员 @ 采购部 / 店长 @ 门店 / 吧台主管 @ 门店 / 设备维护 @ 工程部", "user")
        + _posts("行政助理 @ 行政部", "gatekeeper"),
    ),
    "en": (
        _posts(
            "Managing Director @ Management / Owner @ Management / Head of Operations @ Operations", "decision-maker"
        ),
        _posts(
            "Purchasing Manager @ Purchasing / F&B Manager @ Food & Beverage / Finance Lead @ Finance", "influencer"
        ),
        _posts("Buyer @ Purchasing / Café Manager @ Stores / Head Barista @ Stores / Technician @ Facilities", "user")
        + _posts("Office Manager @ Administration", "gatekeeper"),
    ),
    "de": (
        _posts("Geschäftsführung @ Leitung / Betriebsleitung @ Leitung", "decision-maker"),
        _posts("Einkaufsleitung @ Einkauf / Leitung Gastronomie @ Gastronomie / Buchhaltung @ Finanzen", "influencer"),
        _posts("Einkauf @ Einkauf / Filialleitung @ Filialen / Haustechnik @ Technik", "user")
        + _posts("Empfang @ Verwaltung", "gatekeeper"),
    ),
}
ALONE = {
    "zh": ("独立咖啡师", "民宿主人", "茶艺老师", "设计师", "自媒体博主", "小店店主", "咖啡爱好者", ""),
    "en": ("Freelance barista", "B&B owner", "Food writer", "Tea sommelier", "Caterer", "Home enthusiast", ""),
    "de": ("Barista-Training", "Pension", "Catering", "Fotografie", ""),
}

# --- firms: a stem of two halves, a trade and its words, a legal form ----------------------------------------

STEMS = {
    "zh": ([*"云星禾青澄恒海岚朗源锐盛墨远泽晨暖栖隅拾"], [*"图辰川野桥帆石林岭舟光微纳拓诚达泰宁格谷"]),
    "en": (
        _words("Bright Hal Nor Wex Tarn Quill Alder Ferro Cinder Loam Merri Ostra Pember"),
        _words("mere wick holt stead combe field ford well bridge low march gate"),
    ),
    "de": (
        _words("Hald Karst Loren Velm Brun Eich Silber Nord Falken Ried Traun"),
        _words("bach feld hof berg stein au tal brück wald markt"),
    ),
}
TRADES = {
    "zh": {
        "餐饮": ("餐饮管理", "咖啡"),
        "酒店": ("酒店管理", "度假酒店"),
        "零售": ("商贸", "生活百货"),
        "经销": ("贸易", "供应链"),
        "烘焙": ("食品", "烘焙"),
        "办公服务": ("企业服务", "办公科技"),
        "文旅": ("文旅", "文化传播"),
    },
    "en": {
        "Coffee": ("Coffee Roasters", "Espresso Bars"),
        "Hotels": ("Hotels", "Inns"),
        "Retail": ("Home Goods", "Kitchenware"),
        "Distribution": ("Trading", "Wholesale"),
        "Bakery": ("Bakeries", "Patisserie"),
        "Offices": ("Workspaces", "Office Supply"),
    },
    "de": {
        "Kaffee": ("Kaffeerösterei", "Espressobars"),
        "Hotel": ("Hotels", "Gasthöfe"),
        "Handel": ("Küchenbedarf", "Wohnkultur"),
        "Großhandel": ("Handelsgesellschaft", "Großhandel"),
        "Bäckerei": ("Backhaus", "Konditorei"),
    },
}
FORMS = {
    "CN": ("有限公司", "有限公司", "股份有限公司"),
    "GB": ("Ltd", "Ltd", "plc"),
    "US": ("Inc.", "LLC"),
    "DE": ("GmbH", "AG"),
}
SIZES = ("1-10", "11-50", "51-200", "201-500", "500+")

# --- what is known of them -----------------------------------------------------------------------------------

SOURCES = {
    "zh": ("展会", "官网", "转介绍", "短视频", "老客户推荐", "线下门店"),
    "en": ("trade fair", "website", "referral", "LinkedIn", "cold call"),
    "de": ("Messe", "Website", "Empfehlung", "LinkedIn"),
}
TAGS = {
    "zh": ("vip", "展会", "newsletter", "老客户", "价格敏感", "待寄样", "需专票", "连锁"),
    "en": ("vip", "newsletter", "distributor", "key account", "price-sensitive", "samples sent", "trade fair"),
    "de": ("vip", "newsletter", "Messe", "Stammkunde", "Skonto"),
}
PREFERENCES = {
    "zh": _phrases(
        "喜欢龙井，不喝咖啡 / 下午三点以后才方便接电话 / 只用微信沟通，不看邮件 / 报价要写明含税含运费 / "
        "不吃辣，聚餐订粤菜 / 开会喜欢准时，最多半小时 / 付款习惯拖到月底，要提前提醒 / 女儿在学大提琴 / "
        "样品要寄到家里 / 合同一定要纸质版"
    ),
    "en": _phrases(
        "Prefers a call before ten / No dairy: oat milk at tastings / Decides on Fridays, never on Mondays / "
        "Wants prices in writing first / Pays late, remind a week ahead / "
        "Runs marathons; ask about the last one / Hates long e-mail threads"
    ),
    "de": _phrases(
        "Bitte nur vormittags anrufen / Legt Wert auf schriftliche Angebote / Zahlt immer mit Skonto / "
        "Trinkt keinen Kaffee, sammelt Teekannen / Im August nie erreichbar"
    ),
}
NOTES = {
    "zh": _phrases(
        "老板亲自管采购，先和他打招呼再谈价格。 / 门店装修到下个季度，暂不进货。 / 两家店，计划明年开到五家。 / "
        "发票抬头以邮件为准。 / 同时在比较另外两家的设备。 / 对售后响应速度很看重。"
    ),
    "en": _phrases(
        "Compares us with two others; service speed decides. / Opening a second site next spring. / "
        "Invoices go to head office, deliveries to the shop. / Good questions about boilers at the fair. / "
        "Budget is set in October."
    ),
    "de": _phrases(
        "Zweite Filiale ab Frühjahr geplant. / Rechnungen bitte nur per E-Mail. / "
        "Vergleicht uns mit zwei Anbietern. / Anlieferung nur über den Hof, bis elf Uhr."
    ),
}
# where a yes and a no came from
ORIGINS = {
    "zh": (("展会登记表", "官网订阅", "电话中同意"), ("电话中要求不再联系", "邮件退订")),
    "en": (("newsletter form", "asked on the phone", "fair sign-up"), ("unsubscribed", "asked us to stop")),
    "de": (("Newsletter-Anmeldung", "Messekarte", "am Telefon"), ("Abmeldung", "am Telefon widersprochen")),
}

# --- what we sell: one, several, price of one in the customer's currency --------------------------------------

GOODS = {
    "zh": (
        ("双头咖啡机", "{}台双头咖啡机", 12800),
        ("商用磨豆机", "{}台商用磨豆机", 4600),
        ("开水机", "{}台开水机", 2380),
        ("冷萃桶", "{}套冷萃桶", 980),
        ("茶具礼盒", "{}套茶具礼盒", 368),
        ("手冲套装", "{}套手冲套装", 420),
    ),
    "en": (
        ("espresso machine", "{} espresso machines", 1900),
        ("shop grinder", "{} shop grinders", 640),
        ("water boiler", "{} water boilers", 310),
        ("cold-brew keg", "{} cold-brew kegs", 145),
        ("tea gift set", "{} tea gift sets", 52),
    ),
    "de": (
        ("Siebträger", "{} Siebträger", 1850),
        ("Ladenmühle", "{} Ladenmühlen", 620),
        ("Wasserkocher", "{} Wasserkocher", 290),
        ("Teeset", "{} Teesets", 54),
    ),
}
RETURNED = {"zh": "退货：1件{}", "en": "Returned: 1 {}", "de": "Zurück: 1 {}"}
# how an amount is written, and what parts its thousands
MONEY = {"CN": ("{}元", ","), "GB": ("£{}", ","), "US": ("${}", ","), "DE": ("{} €", ".")}
