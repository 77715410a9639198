"""What happened with the customers of the demo store: little stories, in their language.

{item} is one thing we sell, {goods} several of it, {price} what they cost together; {machine} is what can break.
"""

from typing import NamedTuple


class Step(NamedTuple):
    """One touch of a story: days after the one before, and what was noted."""

    days: int
    channel: str
    direction: str
    outcome: str
    text: str


STORIES: dict[str, tuple[tuple[Step, ...], ...]] = {
    "zh": (
        (
            Step(0, "web", "in", "", "官网留言：想了解{item}，问能不能先看样机。"),
            Step(1, "call", "out", "reached", "回电确认需求：{goods}，希望下个月装好。答应今天发报价。"),
            Step(0, "email", "out", "", "已发报价：{goods}，含税含运费共{price}，有效期15天。"),
            Step(4, "wechat", "in", "interested", "问账期能不能放到60天，价格还想再谈两个点。"),
            Step(2, "call", "out", "reached", "谈妥：价格让一个点，账期30天，合同今天寄出。"),
        ),
        (
            Step(0, "fair", "in", "interested", "展位上试了{machine}，对出品稳定性很满意，换了名片。"),
            Step(3, "wechat", "out", "reached", "加了微信，发了产品手册和三家门店的案例。"),
            Step(6, "other", "out", "", "寄出样品一套，顺丰，请对方收到后试用一周。"),
            Step(9, "call", "out", "reached", "样品反馈：口感好，嫌噪音略大。答应让技术部给一版静音方案。"),
            Step(12, "visit", "out", "interested", "上门演示静音版，店长当场点头，等老板出差回来定。"),
        ),
        (
            Step(0, "wechat", "in", "", "老规矩，再来{goods}，和上次一样开专票。"),
            Step(0, "wechat", "out", "reached", "已确认订货{goods}，共{price}，周四前到。"),
            Step(6, "wechat", "in", "", "收到货了，数量对，包装有一箱压角但不影响。"),
        ),
        (
            Step(0, "call", "out", "no-answer", "打了两次没人接，晚点再试。"),
            Step(1, "call", "out", "reached", "接通了，正在开会，说{item}的事下周再聊。"),
            Step(7, "call", "out", "left-message", "没接，已短信说明报价有效期到月底。"),
        ),
        (
            Step(0, "wechat", "out", "", "问候了一句，顺便问了问新店进度。"),
            Step(0, "wechat", "in", "", "回复说下个月开业，到时要配{item}。"),
        ),
        (
            Step(0, "call", "out", "refused", "说今年已经和别家签了，价格压得比我们低。约好明年三月再联系。"),
            Step(14, "wechat", "out", "", "发了一篇保养小贴士，不推销，保持联系。"),
        ),
    ),
    "en": (
        (
            Step(0, "web", "in", "", "Asked through the website about {goods} and delivery times."),
            Step(1, "call", "out", "reached", "Called back: opening in six weeks, wants everything in one go."),
            Step(0, "email", "out", "", "Quote sent: {goods}, {price} delivered, valid for 15 days."),
            Step(5, "email", "in", "interested", "Price is fine; asks for two years' warranty and 30 days."),
            Step(2, "call", "out", "reached", "Agreed 30 days, warranty at cost. They will sign this week."),
        ),
        (
            Step(
                0,
                "fair",
                "in",
                "interested",
                "Pulled three shots on the {machine} at our stand, wants a trial.",
            ),
            Step(4, "email", "out", "", "Sent the brochure and two references from cafés their size."),
            Step(7, "other", "out", "", "Trial unit on its way by courier; we collect it in two weeks."),
            Step(
                14,
                "call",
                "out",
                "reached",
                "Loves the taste, minds the noise. Promised the quiet pump.",
            ),
        ),
        (
            Step(0, "email", "in", "", "Repeat order, same as last time: {goods}."),
            Step(0, "email", "out", "", "Confirmed {goods} at {price}, with you on Thursday."),
            Step(6, "call", "out", "reached", "All arrived, one carton dented, contents fine."),
        ),
        (
            Step(0, "call", "out", "no-answer", "No answer, tried twice."),
            Step(1, "call", "out", "left-message", "Left a message with reception about the quote."),
            Step(6, "call", "out", "reached", "Got through at last: budget is decided next month, call then."),
        ),
        (
            Step(0, "whatsapp", "in", "", "Sent a photo of the error light and asked what it means."),
            Step(0, "whatsapp", "out", "reached", "Descale light: sent the two-minute guide, solved on the spot."),
        ),
        (
            Step(
                0,
                "call",
                "out",
                "refused",
                "Signed with somebody cheaper this year. Call again in March.",
            ),
            Step(14, "email", "out", "", "Sent our maintenance tips, nothing to sell, just staying in touch."),
        ),
    ),
    "de": (
        (
            Step(0, "email", "in", "", "Anfrage über die Website: {goods}, Lieferung bis Monatsende möglich?"),
            Step(
                1,
                "call",
                "out",
                "reached",
                "Zurückgerufen: Eröffnung in sechs Wochen, Aufbau durch uns.",
            ),
            Step(0, "email", "out", "", "Angebot verschickt: {goods}, {price} frei Haus, 15 Tage gültig."),
            Step(5, "call", "in", "interested", "Preis passt. Wünscht zwei Jahre Garantie und 30 Tage Zahlungsziel."),
        ),
        (
            Step(0, "fair", "in", "interested", "Am Stand drei Espressi probiert, möchte ein Testgerät."),
            Step(5, "other", "out", "", "Testgerät unterwegs, Abholung in zwei Wochen vereinbart."),
            Step(14, "call", "out", "reached", "Geschmack sehr gut, Pumpe zu laut. Leise Variante zugesagt."),
        ),
        (
            Step(0, "email", "in", "", "Nachbestellung wie beim letzten Mal: {goods}."),
            Step(0, "email", "out", "", "Auftrag bestätigt: {goods}, {price}, Lieferung Donnerstag."),
        ),
        (
            Step(0, "call", "out", "no-answer", "Niemand erreicht, zweimal versucht."),
            Step(3, "call", "out", "reached", "Budget wird erst im nächsten Quartal entschieden, dann wieder melden."),
        ),
    ),
}

# what happens only where there are shops and departments
AT_FIRMS: dict[str, tuple[tuple[Step, ...], ...]] = {
    "zh": (
        (
            Step(0, "call", "in", "", "投诉：{machine}用了三周开始漏水，周末生意受影响，语气很急。"),
            Step(0, "wechat", "out", "reached", "先道歉，约好明天上午工程师上门，今晚发一台备用机过去。"),
            Step(1, "visit", "out", "done", "换了密封圈和进水阀，现场试机两小时正常。店长签字确认。"),
            Step(5, "call", "out", "reached", "回访：没有再漏，对备用机当晚送到很认可。问题关闭。"),
        ),
        (
            Step(0, "visit", "out", "done", "拜访了总部，见到采购和财务。今年预算已批，先换两家门店的设备。"),
            Step(2, "email", "out", "", "会后纪要和方案已发：{goods}分两批交付，总价{price}。"),
            Step(8, "meeting", "out", "interested", "视频会议过方案，对方要求延保到两年，请示后可以答应。"),
        ),
        (
            Step(0, "meeting", "out", "done", "给门店做了半天培训，六个人参加，{machine}的日常清洁都过了一遍。"),
            Step(10, "wechat", "in", "", "店长说新人上手快多了，想再约一次拉花课。"),
        ),
        (
            Step(0, "email", "out", "", "提醒首付款已到期三天，附对账单。"),
            Step(2, "call", "out", "reached", "财务说系统切换耽误了，周五前一定付。"),
            Step(3, "wechat", "in", "done", "付款截图收到，金额{price}，已转财务核对。"),
        ),
    ),
    "en": (
        (
            Step(0, "call", "in", "", "Complaint: the {machine} leaks after three weeks, Saturday trade lost. Upset."),
            Step(0, "email", "out", "", "Apologised, engineer booked for tomorrow at eight, loan machine tonight."),
            Step(1, "visit", "out", "done", "Replaced gasket and inlet valve, ran it for two hours, no leak."),
            Step(6, "call", "out", "reached", "Followed up: dry since, and pleased about the loan machine. Closed."),
        ),
        (
            Step(
                0,
                "visit",
                "out",
                "done",
                "Met purchasing and finance at head office. Two sites go first.",
            ),
            Step(2, "email", "out", "", "Minutes and proposal sent: {goods} in two deliveries, {price} in all."),
            Step(9, "meeting", "out", "interested", "Video call on the proposal. Only the service contract is open."),
        ),
        (
            Step(0, "meeting", "out", "done", "Half a day of training for six people: cleaning, dosing, milk."),
            Step(11, "email", "in", "", "New starters are up to speed; asks for a latte-art class in spring."),
        ),
        (
            Step(0, "email", "out", "", "Reminder: deposit three days overdue, statement attached."),
            Step(2, "call", "out", "reached", "Accounts changed systems; payment goes out by Friday."),
            Step(3, "email", "in", "done", "Remittance advice for {price} received and passed to finance."),
        ),
    ),
    "de": (
        (
            Step(0, "call", "in", "", "Reklamation: {machine} tropft nach drei Wochen, Samstagsgeschäft verloren."),
            Step(0, "email", "out", "", "Entschuldigt, Techniker morgen um acht, Leihgerät noch heute Abend."),
            Step(1, "visit", "out", "done", "Dichtung und Zulaufventil getauscht, zwei Stunden Probelauf, dicht."),
            Step(6, "call", "out", "reached", "Nachgefragt: alles trocken, für das Leihgerät bedankt. Erledigt."),
        ),
        (
            Step(0, "visit", "out", "done", "Termin in der Zentrale: zuerst zwei Filialen umrüsten, {goods}."),
            Step(2, "email", "out", "", "Protokoll und Angebot über {price} nachgereicht."),
        ),
    ),
}

# what one says in passing, when no story is under way
PASSING: dict[str, tuple[Step, ...]] = {
    "zh": (
        Step(0, "wechat", "out", "reached", "问了最近生意，周末客流不错，设备都正常。"),
        Step(0, "call", "out", "reached", "例行回访，一切正常，下月想看看新款{item}。"),
        Step(0, "call", "in", "", "来电问{item}有没有现货，答应今天回复。"),
        Step(0, "wechat", "in", "", "发来新店照片，吧台位置留好了，问什么时候能量尺寸。"),
        Step(0, "visit", "out", "done", "顺路到店里坐了坐，店长说想给员工再做一次培训。"),
    ),
    "en": (
        Step(0, "call", "out", "reached", "Checked in: all running well, busy weekends. Asked for the new price list."),
        Step(0, "email", "in", "", "Asks whether the {item} is in stock; promised an answer today."),
        Step(
            0, "call", "out", "left-message", "Left a message: the service slot on Thursday is theirs if they want it."
        ),
        Step(0, "visit", "out", "done", "Dropped in on the way. They are planning a second counter."),
    ),
    "de": (
        Step(0, "call", "out", "reached", "Kurz nachgefragt: alles läuft, neue Preisliste gewünscht."),
        Step(0, "email", "in", "", "Frage, ob {item} lieferbar ist; Antwort für heute zugesagt."),
        Step(0, "visit", "out", "done", "Auf dem Weg vorbeigeschaut. Zweite Theke ist in Planung."),
    ),
}

# what is still to be done
FOLLOW_UPS: dict[str, tuple[str, ...]] = {
    "zh": (
        "回电：合同条款", "发报价：{goods}", "问样机试用反馈", "确认到货和开箱情况", "约上门演示{item}",
        "跟进账期和开票",
        "回访：设备运行是否正常", "提醒保养{machine}", "送新品样品", "问新店开业时间",
    ),
    "en": (
        "Call back about the contract", "Send quote: {goods}", "Ask how the trial goes", "Check that all arrived",
        "Arrange a demo of the {item}", "Chase the deposit", "Service of the {machine} is due",
        "Send the new price list",
    ),
    "de": (
        "Rückruf wegen Vertrag", "Angebot senden: {goods}", "Nach dem Testgerät fragen", "Lieferung nachhalten",
        "Termin für Vorführung {item}", "Wartung {machine} vereinbaren",
    ),
}  # fmt: skip
