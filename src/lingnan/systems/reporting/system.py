"""One-time reporting, as the platform sees it: pages, API, menu, hats."""

from lingnan.web.systems import MenuEntry, Role, System

from . import api, pages

READ, FILL, SUBMIT = "reporting.read", "reporting.fill", "reporting.submit"
APPROVE, REGISTER = "reporting.approve", "reporting.register"
PRODUCE, ADMINISTER = "reporting.produce", "reporting.administer"
HISTORY, EXACT = "reporting.history", "reporting.exact"
ADMIT, OBJECT = "reporting.admit", "reporting.object"
KEEP, UNMASK, SEND_BACK = "reporting.keep", "reporting.unmask", "reporting.send_back"
RECEIVE = "reporting.receive"  # persons of its own forms in full, which a department gets by law
REVIEWER = frozenset({READ, APPROVE, PRODUCE, HISTORY, OBJECT, KEEP, UNMASK})
# Household reports are about persons: the village that knows them, its reviewers, and whoever
# receives the list by law.
PERSONAL = frozenset({"personal"})

SYSTEM = System(
    name="reporting",
    title={
        "zh-hans": "报表一次填报",
        "zh-hant": "報表一次填報",
        "en": "One-time reporting",
        "pt": "Relatório único",
    },
    api=api.router,
    pages=pages.urlpatterns,
    desk=pages.desk,
    watched=pages.watched,
    away=pages.offer,
    tasks=pages.KINDS,
    searches=pages.SEARCHES,
    watches=pages.WATCHES,
    menu=[
        MenuEntry(
            title={"zh-hans": "填报任务", "zh-hant": "填報任務", "en": "Rounds", "pt": "Recolhas"},
            url_name="reporting:rounds",
            permission=READ,
            about={
                "zh-hans": "正在填报的报表，办到哪一步，还缺哪些村",
                "zh-hant": "正在填報的報表，辦到哪一步，還缺哪些村",
                "en": "What is being asked, how far it is, which villages are missing",
                "pt": "Os mapas em recolha, o seu andamento e as aldeias em falta",
            },
        ),
        MenuEntry(
            title={
                "zh-hans": "逐级查看",
                "zh-hant": "逐級查看",
                "en": "Explore",
                "pt": "Explorar",
            },
            url_name="reporting:explore",
            permission=READ,
            about={
                "zh-hans": "一个数从省看到村，地图、趋势、哪些村还没报",
                "zh-hant": "一個數從省看到村，地圖、趨勢、哪些村還沒報",
                "en": "One figure from province to village: map, trend, who is missing",
                "pt": "Um número da província à aldeia: mapa, tendência, quem falta",
            },
        ),
        MenuEntry(
            title={"zh-hans": "待审核", "zh-hant": "待審核", "en": "To review", "pt": "Por rever"},
            url_name="reporting:review",
            permission=APPROVE,
            about={
                "zh-hans": "等您审核或退回的报表",
                "zh-hant": "等您審核或退回的報表",
                "en": "Reports that wait for approval or return",
                "pt": "Mapas à espera de aprovação ou devolução",
            },
        ),
        MenuEntry(
            title={"zh-hans": "报表目录", "zh-hant": "報表目錄", "en": "Forms", "pt": "Mapas"},
            url_name="reporting:forms",
            permission=READ,
            about={
                "zh-hans": "各部门的报表问了什么，落在哪个单元格",
                "zh-hant": "各部門的報表問了什麼，落在哪個單元格",
                "en": "What each department asks, cell by cell",
                "pt": "O que cada serviço pergunta, célula a célula",
            },
        ),
        MenuEntry(
            title={
                "zh-hans": "报表准入",
                "zh-hant": "報表准入",
                "en": "Admission",
                "pt": "Admissão",
            },
            url_name="reporting:admissions",
            permission=READ,
            about={
                "zh-hans": "新报表先评估、两人批准才能要求填报；年度目录；重复反映",
                "zh-hant": "新報表先評估、兩人批准才能要求填報；年度目錄；重複反映",
                "en": "New forms are assessed and need two approvals; the catalogue; objections",
                "pt": "Mapas novos são avaliados e exigem duas aprovações; catálogo; objeções",
            },
        ),
        MenuEntry(
            title={
                "zh-hans": "重复项目",
                "zh-hant": "重複項目",
                "en": "Asked twice",
                "pt": "Repetidos",
            },
            url_name="reporting:repeats",
            permission=READ,
            about={
                "zh-hans": "同一件事问了两遍的地方，确认后只问一次",
                "zh-hant": "同一件事問了兩遍的地方，確認後只問一次",
                "en": "The same fact asked twice; once confirmed it is asked once",
                "pt": "O mesmo facto pedido duas vezes; confirmado, pede-se uma só",
            },
        ),
        MenuEntry(
            title={
                "zh-hans": "历史表导入",
                "zh-hant": "歷史表匯入",
                "en": "Filled forms",
                "pt": "Mapas preenchidos",
            },
            url_name="reporting:history",
            permission=HISTORY,
            about={
                "zh-hans": "把往年填好的表放进来，读出数据，确认后作为历史",
                "zh-hant": "把往年填好的表放進來，讀出數據，確認後作為歷史",
                "en": "Forms filled in earlier years, read, confirmed, kept as history",
                "pt": "Mapas de anos anteriores, lidos, confirmados e guardados como histórico",
            },
        ),
        MenuEntry(
            title={
                "zh-hans": "数据元目录",
                "zh-hant": "數據元目錄",
                "en": "Elements",
                "pt": "Elementos",
            },
            url_name="reporting:dictionary",
            permission=READ,
            about={
                "zh-hans": "每个数据元叫什么、谁负责、以谁为准、哪些表在问",
                "zh-hant": "每個數據元叫甚麼、誰負責、以誰為準、哪些表在問",
                "en": "What each element is called, who answers for it, whose word wins, who asks it",
                "pt": "Nome, responsável e fonte de cada elemento, e quem o pede",
            },
        ),
        MenuEntry(
            title={
                "zh-hans": "生成报表",
                "zh-hant": "生成報表",
                "en": "Produce",
                "pt": "Produzir mapas",
            },
            url_name="reporting:produce",
            permission=PRODUCE,
            about={
                "zh-hans": "按部门原样表格生成，任何一天都能重现",
                "zh-hant": "按部門原樣表格生成，任何一天都能重現",
                "en": "The department's own workbook, filled, as of any day",
                "pt": "O mapa do próprio serviço, preenchido, em qualquer dia",
            },
        ),
        MenuEntry(
            title={"zh-hans": "台账", "zh-hant": "台賬", "en": "Ledgers", "pt": "Registos"},
            url_name="reporting:ledgers",
            permission=READ,
            about={
                "zh-hans": "本地的户、人、房屋、企业，迁移、分户、生死都在这里登记",
                "zh-hant": "本地的戶、人、房屋、企業，遷移、分戶、生死都在這裏登記",
                "en": "Households, people, homes and enterprises, and what happens to them",
                "pt": "Famílias, pessoas, casas e empresas, e o que lhes acontece",
            },
        ),
        MenuEntry(
            title={
                "zh-hans": "数据回流",
                "zh-hant": "數據回流",
                "en": "Returned data",
                "pt": "Dados devolvidos",
            },
            url_name="reporting:returns",
            permission=READ,
            about={
                "zh-hans": "上级掌握的数据回到村里，请核对后再采用",
                "zh-hant": "上級掌握的數據回到村裏，請核對後再採用",
                "en": "What is held above comes back to be checked before it counts",
                "pt": "O que se sabe acima volta para ser verificado antes de contar",
            },
        ),
    ],
    roles=[
        Role(
            code="village_clerk",
            title={
                "zh-hans": "村报表员",
                "zh-hant": "村報表員",
                "en": "Village clerk",
                "pt": "Responsável da aldeia",
            },
            permissions=frozenset({READ, FILL, SUBMIT, PRODUCE, OBJECT, KEEP, UNMASK}),
            labels=PERSONAL,
        ),
        Role(
            code="town_reviewer",
            title={
                "zh-hans": "镇级审核员",
                "zh-hant": "鎮級審核員",
                "en": "Town reviewer",
                "pt": "Revisor da vila",
            },
            permissions=REVIEWER,
            labels=PERSONAL,
        ),
        Role(
            code="county_reviewer",
            title={
                "zh-hans": "县级审核员",
                "zh-hant": "縣級審核員",
                "en": "County reviewer",
                "pt": "Revisor do distrito",
            },
            permissions=REVIEWER | {ADMINISTER},
            labels=PERSONAL,
        ),
        Role(
            code="department",
            title={
                "zh-hans": "部门报表管理员",
                "zh-hant": "部門報表管理員",
                "en": "Department",
                "pt": "Serviço",
            },
            permissions=frozenset({READ, REGISTER, PRODUCE, HISTORY, SEND_BACK, RECEIVE}),
            labels=PERSONAL,
        ),
        Role(
            code="data_bureau",
            title={
                "zh-hans": "数据主管部门",
                "zh-hant": "數據主管部門",
                "en": "Data bureau",
                "pt": "Serviço de dados",
            },
            permissions=frozenset(
                {READ, REGISTER, PRODUCE, ADMINISTER, HISTORY, EXACT, ADMIT, SEND_BACK}
            ),
        ),
    ],
)
