"""Pages and API of the kernel nouns themselves, and the roles every province has."""

from lingnan.kernel.parties.services import ADMINISTER
from lingnan.kernel.parties.terms import ADMINISTRATOR_PERMISSIONS, ADMINISTRATOR_TITLES
from lingnan.web.systems import MenuEntry, Role, System

from . import api, pages

READ_VALUES = "platform.read_values"

SYSTEM = System(
    name="platform",
    title={"zh-hans": "基础底座", "zh-hant": "基礎底座", "en": "Foundation", "pt": "Base"},
    api=api.router,
    pages=pages.urlpatterns,
    searches=pages.SEARCHES,
    menu=[
        MenuEntry(
            title={"zh-hans": "地方", "zh-hant": "地方", "en": "Places", "pt": "Lugares"},
            url_name="platform:places",
            about={
                "zh-hans": "省、市、县、镇、村，哪一天的样子都查得到",
                "zh-hant": "省、市、縣、鎮、村，哪一天的樣子都查得到",
                "en": "Province to village, as of any day",
                "pt": "Da província à aldeia, em qualquer dia",
            },
        ),
        MenuEntry(
            title={
                "zh-hans": "法定参数",
                "zh-hant": "法定參數",
                "en": "Law as data",
                "pt": "Lei em dados",
            },
            url_name="platform:statutes",
            about={
                "zh-hans": "期限、标准和名录，每一个都有出处",
                "zh-hant": "期限、標準和名錄，每一個都有出處",
                "en": "Limits, standards and lists, each with its source",
                "pt": "Prazos, normas e listas, cada um com a sua fonte",
            },
        ),
        MenuEntry(
            title={
                "zh-hans": "工作日历",
                "zh-hant": "工作日曆",
                "en": "Working days",
                "pt": "Dias úteis",
            },
            url_name="platform:calendar",
            about={
                "zh-hans": "哪天上班、哪天放假，内地、香港、澳门",
                "zh-hant": "哪天上班、哪天放假，內地、香港、澳門",
                "en": "Which days are worked: mainland, Hong Kong, Macao",
                "pt": "Que dias são úteis: interior, Hong Kong, Macau",
            },
        ),
        MenuEntry(
            title={"zh-hans": "指标", "zh-hant": "指標", "en": "Elements", "pt": "Indicadores"},
            url_name="platform:elements",
            about={
                "zh-hans": "知道些什么，怎么算，从哪里来",
                "zh-hant": "知道些什麼，怎麼算，從哪裡來",
                "en": "What is known, how it adds up, where it comes from",
                "pt": "O que se sabe, como se soma, de onde vem",
            },
        ),
        MenuEntry(
            title={"zh-hans": "汇总", "zh-hant": "匯總", "en": "Roll-up", "pt": "Totais"},
            url_name="platform:rollup",
            permission=READ_VALUES,
            about={
                "zh-hans": "从村到省，随时汇总",
                "zh-hant": "從村到省，隨時匯總",
                "en": "From village to province, at once",
                "pt": "Da aldeia à província, de imediato",
            },
        ),
        MenuEntry(
            title={"zh-hans": "单位", "zh-hant": "單位", "en": "Organisations", "pt": "Entidades"},
            url_name="platform:organisations",
            about={
                "zh-hans": "政府、部门、村居和企业",
                "zh-hant": "政府、部門、村居和企業",
                "en": "Governments, departments, committees, firms",
                "pt": "Governos, serviços, comités e empresas",
            },
        ),
        MenuEntry(
            title={
                "zh-hans": "树根",
                "zh-hant": "樹根",
                "en": "Signed head",
                "pt": "Raiz assinada",
            },
            url_name="platform:head",
            about={
                "zh-hans": "存一份，就能核对记录没有被改过",
                "zh-hant": "存一份，就能核對記錄沒有被改過",
                "en": "Keep a copy and check that no record was changed",
                "pt": "Guarde uma cópia e verifique que nada foi alterado",
            },
        ),
        MenuEntry(
            title={
                "zh-hans": "安全管理",
                "zh-hant": "安全管理",
                "en": "Accounts",
                "pt": "Contas",
            },
            url_name="admin:index",
            permission=ADMINISTER,
            about={
                "zh-hans": "账号、岗位、登录和令牌，只能查看，每次查看都会记入证据",
                "zh-hant": "帳號、崗位、登入和令牌，只能查看，每次查看都會記入證據",
                "en": "Accounts, duties, sessions, tokens: to be looked at, each look is evidence",
                "pt": "Contas, funções, sessões e chaves: só consulta, e cada consulta fica registada",
            },
        ),
        MenuEntry(
            title={"zh-hans": "证据", "zh-hant": "證據", "en": "Evidence", "pt": "Provas"},
            url_name="platform:evidence",
            permission="evidence.read",
            about={
                "zh-hans": "谁在什么时候依据什么做了什么",
                "zh-hant": "誰在什麼時候依據什麼做了什麼",
                "en": "Who did what, when, on what basis",
                "pt": "Quem fez o quê, quando e com que base",
            },
        ),
    ],
    roles=[
        *(
            Role(
                code=code,
                title=ADMINISTRATOR_TITLES[code],
                permissions=ADMINISTRATOR_PERMISSIONS[code],
            )
            for code in ADMINISTRATOR_TITLES
        ),
        Role(
            code="data_bureau",
            title={
                "zh-hans": "数据主管部门",
                "zh-hant": "數據主管部門",
                "en": "Data bureau",
                "pt": "Serviço de dados",
            },
            permissions=frozenset({"evidence.read", READ_VALUES, "observations.define"}),
        ),
        Role(
            code="statistician",
            title={
                "zh-hans": "统计分析员",
                "zh-hant": "統計分析員",
                "en": "Statistician",
                "pt": "Estatístico",
            },
            permissions=frozenset({READ_VALUES}),
        ),
    ],
)
