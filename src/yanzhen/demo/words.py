"""What is found wrong in the demonstration city, and names that nobody bears."""

from dataclasses import dataclass

STEMS = "甲乙丙丁戊己庚辛壬癸"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"


def made_up_name(number: int) -> str:
    """A surname and a sexagenary pair: plainly nobody, and never the same twice in 1,440."""
    return (
        SURNAMES[(number // 60) % len(SURNAMES)]
        + STEMS[number % len(STEMS)]
        + BRANCHES[number % len(BRANCHES)]
    )


@dataclass(frozen=True)
class Problem:
    """One thing that goes wrong: what is said of it, at which sites, how grave, how it is drawn.

    `types` are words that the name of a site type may hold; empty fits every site.
    """

    title: str
    words: str
    fixed: str
    types: tuple[str, ...]
    scene: str
    severity: str = "normal"
    weight: int = 3


PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "消防通道被电动车和杂物占满",
        "单元门前消防通道停了多辆电动车，还堆有旧家具，消防车进不去。",
        "电动车已移到车棚，杂物清走，地面重新划线。",
        ("小区", "居", "商场"),
        "fire_lane",
        "severe",
        5,
    ),
    Problem(
        "飞线给电动车充电",
        "住户从楼上拉线下来充电，线头裸露，雨天危险。",
        "飞线全部拆除，增设充电桩六个。",
        ("小区", "背街"),
        "wires",
        "severe",
        4,
    ),
    Problem(
        "楼道堆物，通行不便",
        "二至四层楼道堆有纸箱、旧床板。",
        "已逐户告知并清理，楼道恢复畅通。",
        ("小区",),
        "fire_lane",
        "serious",
        4,
    ),
    Problem(
        "垃圾桶满溢，清运不及时",
        "桶盖合不上，袋装垃圾堆在桶边，有异味。",
        "已清运并冲洗，早晚各加一次收运。",
        (),
        "rubbish",
        "normal",
        9,
    ),
    Problem(
        "暴露垃圾无人清扫",
        "路边散落餐盒、果皮，面积约三平方米。",
        "已清扫干净，调整了保洁时段。",
        ("道", "街", "广场", "公园", "城乡"),
        "rubbish",
        "normal",
        8,
    ),
    Problem(
        "建筑垃圾堆放多日",
        "装修垃圾成堆，占了半幅路面。",
        "已清运，责令业主到指定点投放。",
        ("背街", "小区", "城乡", "工地"),
        "rubbish",
        "serious",
        4,
    ),
    Problem(
        "路灯连片不亮",
        "晚上七点后整段路不亮，行人看不清路面。",
        "更换灯头和控制器，已全部点亮。",
        ("道", "街", "公园"),
        "dark_lamps",
        "serious",
        6,
    ),
    Problem(
        "楼栋门灯不亮",
        "单元门口没有灯，老人夜间出入不便。",
        "更换声控灯，夜间试过正常。",
        ("小区",),
        "dark_lamps",
        "normal",
        3,
    ),
    Problem(
        "路面破损积水",
        "车道有坑，雨后积水，车辆绕行。",
        "已切边挖补，压实平整。",
        ("道", "街", "路口"),
        "pothole",
        "serious",
        6,
    ),
    Problem(
        "窨井盖松动异响",
        "车压过有响声，井盖边缘翘起。",
        "更换防沉降井盖并灌浆固定。",
        ("道", "街", "路口", "小区"),
        "pothole",
        "severe",
        4,
    ),
    Problem(
        "人行道砖松动",
        "十余块地砖翘起，下雨溅水，易绊倒。",
        "松动地砖全部重铺。",
        ("道", "街", "站"),
        "pothole",
        "normal",
        5,
    ),
    Problem(
        "占道经营堵了盲道",
        "水果摊摆在盲道上，行人要走机动车道。",
        "摊贩已劝入疏导点，盲道恢复畅通。",
        ("道", "街", "市场", "学校", "医院"),
        "stall",
        "normal",
        8,
    ),
    Problem(
        "流动摊贩聚集，油烟扰民",
        "傍晚起十余个摊点聚集，油烟和音响扰民。",
        "设疏导点，定时定人值守。",
        ("街", "广场", "学校", "城乡"),
        "stall",
        "normal",
        5,
    ),
    Problem(
        "店外堆物占了人行道",
        "店铺把货物和广告牌摆到门外两米。",
        "货物已收回店内，签了门前三包。",
        ("街", "市场", "药店", "餐饮"),
        "stall",
        "normal",
        6,
    ),
    Problem(
        "小广告成片，墙面污损",
        "墙面和电杆上小广告密布，部分为喷涂。",
        "已铲除粉刷，并移交线索。",
        ("背街", "小区", "站", "街"),
        "posters",
        "normal",
        7,
    ),
    Problem(
        "公益广告破损褪色",
        "展板开裂、画面褪色，内容看不清。",
        "已更换新画面，检查了固定件。",
        (),
        "posters",
        "normal",
        5,
    ),
    Problem(
        "公益广告数量不足",
        "按要求应有的公益广告没有设置齐。",
        "已补齐，位置显著。",
        ("街", "市场", "站", "医院", "学校", "工地"),
        "posters",
        "normal",
        4,
    ),
    Problem(
        "非机动车乱停挤占人行道",
        "共享单车和电动车倒了一片，行人过不去。",
        "已摆放整齐，增划停车框。",
        ("道", "街", "站", "学校", "医院", "商场"),
        "fire_lane",
        "normal",
        7,
    ),
    Problem(
        "机动车占用无障碍车位",
        "无障碍车位长期被普通车辆占用。",
        "已劝离并设提示牌，安排人员巡看。",
        ("医院", "商场", "政务", "公园"),
        "fire_lane",
        "normal",
        3,
    ),
    Problem(
        "绿化带黄土裸露",
        "绿篱缺株，裸土约十平方米。",
        "已补植草皮和灌木。",
        ("道", "公园", "广场", "小区"),
        "bare_green",
        "normal",
        5,
    ),
    Problem(
        "绿地被踩出小路",
        "草坪被踩秃，有烟头。",
        "补种并设汀步，清理烟头。",
        ("公园", "广场", "小区"),
        "bare_green",
        "normal",
        3,
    ),
    Problem(
        "公厕有异味，地面积水",
        "蹲位不净，洗手台无水。",
        "已冲洗，维修水阀，增加保洁频次。",
        ("厕", "市场", "公园", "站", "景区"),
        "rubbish",
        "normal",
        5,
    ),
    Problem(
        "母婴室没有开放",
        "母婴室上锁，没有联系电话。",
        "已开放，落实专人管理并公示电话。",
        ("医院", "商场", "政务", "站", "景区"),
        "posters",
        "normal",
        2,
    ),
    Problem(
        "志愿服务站没有人值守",
        "工作时间站内无人，登记本最后一次记录是上月。",
        "排了值班表，当天起有人在岗。",
        ("政务", "站", "广场", "医院", "景区", "社区"),
        "posters",
        "normal",
        3,
    ),
    Problem(
        "禁烟标识缺失，有人吸烟",
        "公共区域未见禁烟标识，地上有烟头。",
        "张贴标识，安排劝导员。",
        ("医院", "商场", "餐饮", "网吧", "站"),
        "posters",
        "normal",
        4,
    ),
    Problem(
        "灭火器过期",
        "抽查灭火器三具，两具压力不足。",
        "已全部更换并做记录。",
        ("网吧", "宾馆", "商场", "市场", "影剧院", "餐饮"),
        "fire_lane",
        "severe",
        3,
    ),
    Problem(
        "遛狗不牵绳，粪便未清",
        "早晚遛狗不牵绳，草地有犬粪。",
        "设文明养犬箱，社区上门劝导。",
        ("小区", "公园", "广场"),
        "bare_green",
        "normal",
        4,
    ),
    Problem(
        "建筑围挡破损",
        "围挡缺口三处，裸土未覆盖。",
        "围挡已修复，裸土覆盖防尘网。",
        ("工地", "围挡"),
        "posters",
        "serious",
        3,
    ),
    Problem(
        "公平秤缺失，投诉牌未上墙",
        "市场入口没有公平秤，投诉电话看不到。",
        "公平秤到位，投诉牌上墙。",
        ("市场",),
        "stall",
        "normal",
        4,
    ),
    Problem(
        "弱电线缆低垂凌乱",
        "线缆垂到人能碰到的高度。",
        "线缆已捆扎归位，废线剪除。",
        ("背街", "小区", "街"),
        "wires",
        "serious",
        4,
    ),
)
"""Own words throughout; the kinds of problems are those every city inspects for."""
