"""A small edition and a small checklist as YAML, to be changed by the tests."""

EDITION = """\
framework: {code: city, name: 城市文明程度, gate: null, share: null}
code: e-2026
name: 测评体系（2026）
is_example: true
source: 自编示例
total: "10"
nodes:
  - code: "1"
    kind: section
    title: 政务环境
    weight: "6"
    children:
      - code: "1.1"
        kind: topic
        title: 政务服务
        children:
          - code: 1.1.1
            kind: criterion
            title: 大厅服务
            words: 大厅设咨询台，有人值守，一次告知所需材料。
            weight: "2.5"
            methods: [site, survey]
            grading: 达标得分
            scorer: {name: pass_rate}
            site_types: [market]
          - code: 1.1.2
            kind: criterion
            title: 热线办理
            words: 热线诉求按期办结率达到九成五。
            weight: "3.5"
            methods: [material]
            scorer: {name: threshold_step, full_at: "95", step: "5", per_step: "0.2"}
  - code: "2"
    kind: section
    title: 市容环境
    children:
      - code: 2.1.1
        kind: criterion
        title: 公益广告
        words: 主次干道设置公益广告，内容完整无破损。
        weight: "4"
        methods: [observation]
        scorer: {name: deduct, per_place: "0.5"}
"""

CHECKLISTS = """\
- site_type: market
  name: 农贸市场检查清单
  items:
    - code: market-01
      group: 公共环境
      words: 摊位规范，无占道经营
      hint: 看通道和出入口
      kind: yes_no
      severity: serious
      category: vendors
      photo: on_fail
      criteria: ["1.1.1"]
      exempt: 划线停车位内的车辆不算
    - code: market-02
      group: 公益宣传
      words: 公益广告不少于五处
      kind: count
      unit: 处
      rule: {at_least: "5"}
      category: vendors
      due_hours: 48
      photo: always
      photo_reason: 要数得清
      criteria: {city: ["2.1.1", "1.1.1"]}
      source: 竹溪县
"""
