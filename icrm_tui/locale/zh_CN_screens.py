"""Chinese words of the screens."""

WORDS: dict[str, str | tuple[str, str]] = {
    # what the frame, lists, filter line and dialogs say themselves
    "ui.save": "保存",
    "ui.cancel": "取消",
    "ui.key.open": "打开",
    "ui.pick": "请选择",
    "ui.required": "必填。",
    "ui.discard.title": "放弃已填写的内容？",
    "ui.discard.action": "放弃",
    "ui.discard.keep": "继续编辑",
    "ui.filter.placeholder": "姓名、电话、标签、city:上海 …",
    "ui.conflict.title": "编辑期间，这条记录已被他人修改",
    "ui.conflict.hint": "m 用我的 · t 用对方的 · b 恢复原值 · ↑↓ 选字段",
    "ui.conflict.field": "字段",
    "ui.conflict.base": "原值",
    "ui.conflict.theirs": "对方改为",
    "ui.conflict.mine": "我改为",
    "ui.day.today": "今天",
    "ui.day.yesterday": "昨天",
    "ui.weekday.0": "周一",
    "ui.weekday.1": "周二",
    "ui.weekday.2": "周三",
    "ui.weekday.3": "周四",
    "ui.weekday.4": "周五",
    "ui.weekday.5": "周六",
    "ui.weekday.6": "周日",
}
