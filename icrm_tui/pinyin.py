"""Pinyin without tones, from a table of our own: the library it comes from takes 240 ms to load.

`ü` is written `v`, as it is typed (吕 lv). Surnames have readings of their own.
"""

from functools import cache
from pathlib import Path

# one character as a surname
SURNAMES = {
    "曾": "zeng", "单": "shan", "單": "shan", "仇": "qiu", "解": "xie", "区": "ou", "區": "ou", "查": "zha",
    "盖": "ge", "蓋": "ge", "任": "ren", "朴": "piao", "缪": "miao", "繆": "miao", "冼": "xian", "洗": "xian",
    "乐": "yue", "樂": "yue", "繁": "po", "折": "she", "员": "yun", "員": "yun", "召": "shao", "翟": "zhai",
    "种": "chong", "秘": "bi", "黑": "he", "万": "wan", "俞": "yu", "尹": "yin", "宁": "ning", "甯": "ning",
    "尉": "wei", "那": "na", "佘": "she", "哈": "ha", "重": "chong", "隗": "kui", "郇": "xun", "撒": "sa",
    "能": "nai", "都": "du", "曲": "qu", "应": "ying", "占": "zhan", "钭": "tou", "逄": "pang", "么": "yao",
    "教": "jiao", "车": "che", "車": "che", "过": "guo", "牟": "mu", "褚": "chu", "覃": "qin", "柏": "bai",
    "华": "hua", "葛": "ge", "卜": "bu", "臧": "zang", "藏": "zang", "祭": "zhai", "适": "kuo", "少": "shao",
}  # fmt: skip
# two characters as a surname; those whose parts read otherwise, and those that merely belong together
COMPOUNDS = {
    "尉迟": "yu chi", "尉遲": "yu chi", "万俟": "mo qi", "萬俟": "mo qi", "单于": "chan yu", "長孫": "zhang sun",
    "长孙": "zhang sun", "澹台": "tan tai", "濮阳": "pu yang", "令狐": "ling hu", "宰父": "zai fu", "宿": "su",
    "欧阳": "ou yang", "歐陽": "ou yang", "司马": "si ma", "司馬": "si ma", "诸葛": "zhu ge", "諸葛": "zhu ge",
    "上官": "shang guan", "皇甫": "huang fu", "宇文": "yu wen", "慕容": "mu rong", "夏侯": "xia hou",
    "公孙": "gong sun", "公孫": "gong sun", "闻人": "wen ren", "淳于": "chun yu", "太叔": "tai shu",
    "申屠": "shen tu", "轩辕": "xuan yuan", "独孤": "du gu", "南宫": "nan gong", "南宮": "nan gong",
    "东方": "dong fang", "東方": "dong fang", "司徒": "si tu", "司空": "si kong", "西门": "xi men",
    "端木": "duan mu", "百里": "bai li", "呼延": "hu yan", "东郭": "dong guo", "南门": "nan men",
    "赫连": "he lian", "钟离": "zhong li", "宗政": "zong zheng", "拓跋": "tuo ba", "纳兰": "na lan",
}  # fmt: skip
# words of firms and places whose characters read otherwise alone
WORDS = {
    "重庆": "chong qing", "银行": "yin hang", "商行": "shang hang", "车行": "che hang", "长沙": "chang sha",
    "长城": "chang cheng", "长江": "chang jiang", "长春": "chang chun", "长安": "chang an", "厦门": "xia men",
    "朝阳": "chao yang", "音乐": "yin yue", "会计": "kuai ji", "成都": "cheng du", "首都": "shou du",
    "番禺": "pan yu", "六安": "lu an", "调味": "tiao wei", "重工": "zhong gong", "重型": "zhong xing",
    "大厦": "da sha", "行业": "hang ye", "便宜": "pian yi", "校准": "jiao zhun", "铅山": "yan shan",
}  # fmt: skip


@cache
def _table() -> dict[str, str]:
    lines = (Path(__file__).parent / "pinyin_table.txt").read_text(encoding="utf-8").splitlines()
    return {character: syllable for syllable, characters in map(str.split, lines) for character in characters}


def syllable(character: str) -> str:
    """The usual reading of one character; the character itself where we know none."""
    return _table().get(character, character)


def name_syllables(name: str) -> tuple[int, list[str]]:
    """The syllables of a Chinese name or word, and how many of them are the surname."""
    table = _table()
    if (surname := COMPOUNDS.get(name[:2])) and len(name) > 2:
        return 2, surname.split() + [table.get(c, c) for c in name[2:]]
    if len(name) <= 4 and (first := SURNAMES.get(name[:1])) and name not in WORDS and name[:2] not in WORDS:
        return 1, [first] + [table.get(c, c) for c in name[1:]]
    return 1, syllables(name)


def syllables(text: str) -> list[str]:
    """The syllables of Chinese text, words that read otherwise than their characters included."""
    table = _table()
    found: list[str] = []
    i = 0
    while i < len(text):
        word = WORDS.get(text[i : i + 2])
        if word:
            found += word.split()
            i += 2
        else:
            found.append(table.get(text[i], text[i]))
            i += 1
    return found
