"""What went wrong with the customers of the demo store, what they asked and praised, and how far each of it is."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from icrm_tui.demo_cast import Customer, Story
from icrm_tui.listen import categories, complaints
from icrm_tui.search import Who


class Case(NamedTuple):
    """What is told, and what is done about it."""

    kind: str
    category: str
    severity: str
    channel: str
    text: str
    wanted: str
    remedy: str


CASES: dict[str, tuple[Case, ...]] = {
    "zh": (
        Case(
            "complaint", "物流", "high", "call",
            "到货破损：{machine}外箱压扁，面板有划痕",
            "换新，不要维修", "当天补发一台，旧机由顺丰取回",
        ),
        Case(
            "complaint", "质量", "critical", "wechat",
            "{machine}用了三周漏水，周末生意受影响",
            "马上派人，先给备用机", "换密封圈和进水阀，备用机免费用两周",
        ),
        Case(
            "complaint", "账单", "normal", "email",
            "发票税号开错，财务退回来了",
            "重开专票", "已红冲重开，电子版当天发出",
        ),
        Case(
            "complaint", "物流", "normal", "wechat",
            "说好周四到，晚了三天才送",
            "以后提前告知", "改走专线，赠滤芯一套",
        ),
        Case(
            "service-request", "质量", "normal", "wechat",
            "{machine}想预约保养",
            "这周内上门", "工程师上门保养，更换滤芯",
        ),
        Case(
            "question", "使用", "low", "wechat",
            "{item}能不能用纯净水，要不要软水机",
            "", "已发水质要求说明",
        ),
        Case(
            "suggestion", "使用", "low", "visit",
            "说明书字太小，建议做个视频二维码",
            "", "已转产品部，下批次加二维码",
        ),
        Case(
            "praise", "使用", "low", "call",
            "安装师傅很细心，走的时候把吧台都擦干净了",
            "", "已转告安装组",
        ),
    ),
    "en": (
        Case(
            "complaint", "质量", "critical", "call",
            "The {machine} leaks since Friday, weekend trade lost",
            "An engineer today", "Gasket and valve replaced, loan machine left for two weeks",
        ),
        Case(
            "complaint", "物流", "high", "email",
            "Two of six boxes missing from the delivery",
            "The rest by Monday", "Missing boxes sent by courier, arrived on Saturday",
        ),
        Case(
            "complaint", "账单", "normal", "email",
            "Invoiced twice for the same order",
            "A credit note", "Credit note issued, accounts confirmed",
        ),
        Case(
            "question", "使用", "low", "email",
            "How often does the {item} need descaling?",
            "", "Sent the two-minute guide",
        ),
        Case(
            "praise", "使用", "low", "visit",
            "Training was the best half day of the year, says the shop manager",
            "", "Passed on to the trainers",
        ),
    ),
    "de": (
        Case(
            "complaint", "质量", "high", "call",
            "{machine} tropft nach drei Wochen",
            "Techniker noch diese Woche", "Dichtung getauscht, Probelauf ohne Befund",
        ),
        Case(
            "complaint", "物流", "normal", "email",
            "Lieferung unvollständig: Zubehör fehlt",
            "Nachlieferung", "Zubehör per Express nachgeliefert",
        ),
        Case(
            "question", "使用", "low", "email",
            "Welche Wasserhärte verträgt {item}?",
            "", "Datenblatt geschickt",
        ),
    ),
}  # fmt: skip
WITHDRAWN = {
    "zh": "客户自己找到原因了，不用处理",
    "en": "Found the missing part in the packaging",
    "de": "Hat sich von selbst erledigt",
}

HANDLERS = {"物流": "lan", "质量": "jonas", "账单": "", "使用": "grace"}
# how far the first ones are, so that every state has one; the rest are over, but for a few
FIRST = (
    "open", "acknowledged", "in-progress", "waiting", "resolved", "resolved", "open", "acknowledged", "open",
    "in-progress", "closed", "closed",
)  # fmt: skip
REST = {"closed": 60, "open": 8, "in-progress": 10, "waiting": 6, "resolved": 10, "withdrawn": 6}
WAY = ("open", "acknowledged", "in-progress", "waiting", "resolved", "closed")


def complained(story: Story, goods: Callable[[Story, Customer], dict[str, str]]) -> None:
    """One customer in seven had something to say; `goods` fills what they speak of."""
    for name, handler in HANDLERS.items():
        categories.add(story.ctx, name, handler)
    some = [customer for customer in story.customers if customer.people]
    for n, customer in enumerate(some[: max(len(FIRST), len(some) // 7)]):
        state = FIRST[n] if n < len(FIRST) else story.random.choices(list(REST), list(REST.values()))[0]
        over = state in ("closed", "withdrawn")
        days = story.random.randrange(12, 90) if over else 3 + WAY.index("closed") - WAY.index(state)
        _tell(story, customer, goods(story, customer), state, days)


def _tell(story: Story, customer: Customer, goods: dict[str, str], state: str, ago: int) -> None:
    """Open it that many days ago and bring it where it stands, a step a day."""
    case = story.random.choice(CASES[customer.language])
    day = story.today - timedelta(days=ago)
    who = Who(customer.id, story.random.choice(customer.people), customer.name)
    said = complaints.Complaint(
        case.text.format(**goods), case.kind, case.category, case.severity, case.channel, wanted=case.wanted
    )
    made = complaints.add(story.at(customer.owner, day, 10), who, said)
    if state == "withdrawn":
        complaints.end(
            story.at(customer.owner, day + timedelta(days=1), 10), made, "withdraw", WITHDRAWN[customer.language]
        )
        return
    for step, reached in enumerate(WAY[1 : WAY.index(state) + 1], 1):
        ctx = story.at(customer.owner, min(day + timedelta(days=step), story.today - timedelta(days=1)), 10 + step)
        match reached:
            case "acknowledged":
                complaints.move(ctx, made, "ack")
            case "in-progress":
                complaints.move(ctx, made, "start")
            case "waiting" if state == "waiting":
                complaints.move(ctx, made, "wait")
            case "resolved":
                complaints.resolve(ctx, made, case.remedy)
            case "closed":
                complaints.close(ctx, made, "yes")
