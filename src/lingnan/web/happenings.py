"""What happened and who did it, in the reader's words; programs keep to the codes.

    {{ event.kind|happening }}   {{ event.by|doer }}

A kind nobody put into words is shown as its code.
"""

from collections.abc import Mapping

from lingnan.base.words import say

from .systems import installed

Words = Mapping[str, str]


def _said(chinese: str, english: str, portuguese: str = "") -> Words:
    said = {"zh-hans": chinese, "en": english}
    return said | {"pt": portuguese or english}


HAPPENINGS: Mapping[str, Words] = {
    "away.device_admitted": _said("设备可离线填报", "Device admitted", "Dispositivo admitido"),
    "away.device_revoked": _said("停用设备", "Device revoked", "Dispositivo revogado"),
    "away.work_left": _said(
        "退出时有未送出的内容", "Signed out with unsent work", "Saída com trabalho por enviar"
    ),
    "cases.task_claimed": _said("领办", "Task taken", "Tarefa assumida"),
    "cases.task_delegated": _said("转交或交回", "Task handed on or back", "Tarefa delegada"),
    "cases.task_released": _said("放回", "Task let go", "Tarefa devolvida"),
    "cases.tasks_done": _said("办结", "Tasks done", "Tarefas concluídas"),
    "cases.tasks_opened": _said("列入待办", "Tasks opened", "Tarefas abertas"),
    "cases.tasks_reminded": _said("催办待办", "Tasks reminded of", "Tarefas lembradas"),
    "cases.tasks_withdrawn": _said("撤回待办", "Tasks withdrawn", "Tarefas retiradas"),
    "evidence.body_erased": _said("删除证据中的个人信息", "Personal details erased"),
    "evidence.deliveries_retried": _said("重新投递", "Deliveries tried again"),
    "evidence.key_rotated": _said("更换签名密钥", "Signing key changed"),
    "evidence.states_adopted": _said("将旧数据纳入校验", "Old rows taken into verification"),
    "files.file_kept": _said("保存文件", "File kept"),
    "files.files_expired": _said("清理到期文件", "Old files removed"),
    "observations.contender_found": _said("发现不一致的数", "Differing value found"),
    "observations.contender_resolved": _said("裁定不一致的数", "Differing value settled"),
    "observations.elements_defined": _said("登记指标", "Indicators defined"),
    "observations.exact_shown": _said(
        "查看小数目原值", "Small figures shown", "Valores pequenos mostrados"
    ),
    "observations.ledger_kept": _said("登记台账", "Ledger kept"),
    "observations.period_closed": _said("关闭报告期", "Period closed"),
    "observations.period_opened": _said("开放报告期", "Period opened"),
    "observations.segment_sealed": _said("数据封存", "Values sealed"),
    "observations.segments_collected": _said("清理旧数据段", "Old segments removed"),
    "observations.segments_compacted": _said("合并数据段", "Segments merged"),
    "observations.values_recorded": _said("登记数据", "Values recorded"),
    "parties.absence_covered": _said("安排代理岗位", "Stand-in arranged"),
    "parties.account_created": _said("开设账号", "Account created"),
    "parties.account_locked": _said("账号锁定", "Account locked"),
    "parties.account_state_changed": _said("变更账号状态", "Account state changed"),
    "parties.account_unlocked": _said("账号解锁", "Account unlocked"),
    "parties.accounts_imported": _said("批量开设账号", "Accounts imported"),
    "parties.activation_issued": _said("发放激活码", "Activation code issued"),
    "parties.attempts_forgotten": _said("清除过期登录记录", "Old sign-in tries forgotten"),
    "parties.cover_ended": _said("代理结束", "Stand-in ended"),
    "parties.duty_ended": _said("离任", "Duty ended"),
    "parties.duty_given": _said("任职", "Duty given"),
    "parties.duty_refused": _said("任职未准", "Duty refused"),
    "parties.identifier_added": _said("登记证件号码", "Identifier added"),
    "parties.identifier_ended": _said("停用证件号码", "Identifier ended"),
    "parties.identifier_unmasked": _said("查看完整证件号码", "Identifier shown in full"),
    "parties.merge_undone": _said("撤销主体合并", "Merge undone"),
    "parties.parties_merged": _said("合并主体", "Parties merged"),
    "parties.party_created": _said("登记主体", "Party registered"),
    "parties.party_renamed": _said("主体更名", "Party renamed"),
    "parties.password_set": _said("更换口令", "Password changed"),
    "parties.sign_in_tried": _said("登录", "Sign-in tried"),
    "parties.token_issued": _said("发放接口令牌", "Token issued"),
    "parties.token_revoked": _said("收回接口令牌", "Token revoked"),
    "parties.unmask_refused": _said("拒绝查看完整证件号码", "Full identifier refused"),
    "parties.consent_given": _said("同意向门户提供身份", "Consent given", "Consentimento dado"),
    "parties.factor_added": _said(
        "登记第二种验证方式", "Second factor added", "Segundo fator registado"
    ),
    "parties.factor_removed": _said(
        "移除第二种验证方式", "Second factor removed", "Segundo fator removido"
    ),
    "parties.factor_tried": _said("第二步验证", "Second factor tried", "Segundo fator tentado"),
    "parties.portal_closed": _said("停用门户", "Portal closed", "Portal fechado"),
    "parties.portal_linked": _said(
        "关联门户用户", "Portal user linked", "Utilizador do portal ligado"
    ),
    "parties.portal_registered": _said("登记门户", "Portal registered", "Portal registado"),
    "parties.portal_sign_in_tried": _said(
        "由门户登录", "Sign-in by portal tried", "Entrada por portal tentada"
    ),
    "parties.portal_token_issued": _said("门户取得身份", "Portal told who", "Portal informado"),
    "parties.portal_unlinked": _said(
        "解除门户关联", "Portal user unlinked", "Utilizador do portal desligado"
    ),
    "parties.records_looked_at": _said(
        "管理员查看记录", "Records looked at", "Registos consultados"
    ),
    "parties.recovery_codes_issued": _said(
        "发放恢复码", "Recovery codes issued", "Códigos de recuperação emitidos"
    ),
    "parties.session_begun": _said("开始登录", "Signed in", "Sessão iniciada"),
    "parties.session_ended": _said("退出登录", "Signed out", "Sessão terminada"),
    "places.divisions_loaded": _said("装入行政区划", "Divisions loaded"),
    "places.place_established": _said("设立地方", "Place established"),
    "places.place_renamed": _said("地方更名", "Place renamed"),
    "places.place_split": _said("拆分地方", "Place split"),
    "places.place_transferred": _said("地方改隶", "Place transferred"),
    "places.places_merged": _said("合并地方", "Places merged"),
    "reporting.admission_approved": _said(
        "批准报表准入", "Admission approved", "Admissão aprovada"
    ),
    "reporting.admission_offered": _said("申请报表准入", "Form offered", "Mapa proposto"),
    "reporting.admission_refused": _said("不予准入", "Admission refused", "Admissão recusada"),
    "reporting.admission_withdrawn": _said("停用报表", "Form withdrawn", "Mapa retirado"),
    "reporting.objection_answered": _said(
        "答复重复反映", "Objection answered", "Objeção respondida"
    ),
    "reporting.objection_made": _said("反映重复报表", "Objection made", "Objeção apresentada"),
    "reporting.stock_admitted": _said(
        "在用报表列入目录", "Forms in use admitted", "Mapas em uso admitidos"
    ),
    "reporting.ledger_acted": _said("办理台账", "Ledger act", "Ato no registo"),
    "reporting.ledger_covered": _said("台账已建齐", "Ledger complete", "Registo completo"),
    "reporting.ledger_derived": _said("由台账计数", "Counted over a ledger", "Contado no registo"),
    "reporting.ledger_exported": _said("导出台账", "Ledger exported", "Registo exportado"),
    "reporting.ledger_item_decided": _said(
        "认定台账计数", "Ledger count decided", "Contagem decidida"
    ),
    "reporting.ledger_items_proposed": _said(
        "提出台账计数", "Ledger counts proposed", "Contagens propostas"
    ),
    "reporting.ledger_taken_in": _said("导入名册", "Register taken in", "Lista importada"),
    "reporting.ledger_unmasked": _said("查看完整号码", "Number shown in full", "Número mostrado"),
    "reporting.return_answered": _said(
        "答复回流数据", "Returned data answered", "Resposta a dados devolvidos"
    ),
    "reporting.return_sent": _said("发出回流数据", "Data sent back", "Dados devolvidos"),
    "reporting.derivation_decided": _said("决定推算办法", "Derivation decided"),
    "reporting.draft_saved": _said("保存草稿", "Draft saved"),
    "reporting.estimate_added": _said("另加估计", "Estimate added"),
    "reporting.form_registered": _said("登记报表", "Form registered"),
    "reporting.form_corrected": _said("更正报表的读法", "Form put right by hand"),
    "reporting.households_entered": _said("登记户号", "Households entered"),
    "reporting.items_derived": _said("推算数据", "Items derived"),
    "reporting.change_undone": _said("撤销数据元改动", "Element change undone"),
    "reporting.element_described": _said("数据元定名定责", "Element named and owned"),
    "reporting.element_split": _said("拆分数据元", "Element split"),
    "reporting.elements_joined": _said("合并数据元", "Elements joined"),
    "reporting.repeat_decided": _said("决定是否重复", "Repeat decided"),
    "reporting.report_reopened": _said("重新打开报表", "Report reopened"),
    "reporting.report_returned": _said("退回报表", "Report returned"),
    "reporting.report_submitted": _said("提交报表", "Report submitted"),
    "reporting.reports_approved": _said("审核通过", "Reports approved"),
    "reporting.round_closed": _said("结束填报", "Round closed"),
    "reporting.round_opened": _said("开始填报", "Round opened"),
    "reporting.finding_explained": _said("说明检查结果", "Finding explained"),
    "reporting.history_amended": _said("修正历史表", "Filled form amended"),
    "reporting.history_confirmed": _said("历史表入库", "History confirmed"),
    "reporting.history_settled": _said("裁定说法不一", "Divergence settled"),
    "reporting.history_taken_in": _said("收入历史表", "Filled forms taken in"),
    "reporting.history_withdrawn": _said("撤回历史数据", "History withdrawn"),
    "reporting.messages_delivered": _said("投递消息", "Messages delivered"),
    "reporting.quorum_released": _said("达到规定数量放行", "Released by quorum"),
    "reporting.reminders_sent": _said("催办", "Reminders sent"),
    "reporting.reports_passed_by_rule": _said("按规则自动通过", "Passed by rule"),
    "reporting.reports_passed_on": _said("本级审核通过", "Passed on to the next level"),
    "reporting.review_ordered": _said("规定审核层级", "Review ordered"),
    "reporting.round_planned": _said("编制填报计划", "Round planned"),
    "reporting.sum_decided": _said("决定合计关系", "Sum decided"),
    "reporting.persons_shown": _said(
        "查看完整个人信息", "Persons shown in full", "Dados pessoais mostrados"
    ),
    "reporting.output_taken": _said("取出数据", "Figures taken out", "Dados retirados"),
    "reporting.production_ended": _said(
        "成批生成结束", "Workbooks of a level made", "Lote terminado"
    ),
    "reporting.production_ordered": _said(
        "成批生成报表", "Workbooks of a level ordered", "Lote pedido"
    ),
    "reporting.work_ended": _said("后台任务结束", "Long work ended", "Trabalho longo terminado"),
    "reporting.work_ordered": _said("交办后台任务", "Long work ordered", "Trabalho longo pedido"),
    "reporting.workbook_produced": _said("生成报表", "Workbook produced"),
    "statutes.calendar_published": _said("发布工作日历", "Calendar published"),
    "statutes.content_loaded": _said("装入法定参数", "Legal parameters loaded"),
    "statutes.regions_loaded": _said("装入工作日历地区", "Regions of calendars loaded"),
}
PROGRAMS: Mapping[str, Words] = {
    "holder": _said("账号本人", "Account holder", "Titular da conta"),
    "installer": _said("安装程序", "Installer"),
    "loader": _said("装载程序", "Loader"),
    "nobody": _said("未登录者", "Not signed in"),
    "operator": _said("运维人员", "Operator"),
    "public": _said("未登录者", "Not signed in"),
    "system": _said("系统", "System"),
    "worker": _said("后台任务", "Worker"),
}
CHANNELS: Mapping[str, Words] = {
    "api": _said("接口", "API"),
    "cli": _said("命令行", "Command line"),
    "job": _said("后台", "Job"),
    "system": _said("系统", "System"),
    "web": _said("网页", "Web"),
}


def happening(kind: str, lang: str) -> str:
    known = HAPPENINGS.get(kind)
    return say(known, lang) if known else kind


SUBJECTS: Mapping[str, Words] = {
    "away.device": _said("设备", "Device", "Dispositivo"),
    "cases.act": _said("一批待办", "Tasks", "Tarefas"),
    "cases.task": _said("待办", "Task", "Tarefa"),
    "evidence.states": _said("数据校验", "Verification", "Verificação"),
    "files.file": _said("文件", "File", "Ficheiro"),
    "observations.batch": _said("一批数据", "Batch of values", "Lote de dados"),
    "observations.element": _said("指标", "Indicator", "Indicador"),
    "observations.elements": _said("指标", "Indicators", "Indicadores"),
    "observations.period": _said("报告期", "Period", "Período"),
    "observations.segment": _said("数据段", "Segment", "Segmento"),
    "parties.account": _said("账号", "Account", "Conta"),
    "parties.attempts": _said("登录记录", "Sign-in tries", "Tentativas de entrada"),
    "parties.duty": _said("任职", "Duty", "Cargo"),
    "parties.import": _said("批量导入", "Import", "Importação"),
    "parties.party": _said("主体", "Party", "Entidade"),
    "parties.stranger": _said("未知用户名", "Unknown user name", "Utilizador desconhecido"),
    "places.place": _said("地方", "Place", "Lugar"),
    "reporting.admission": _said("报表准入", "Admission", "Admissão"),
    "reporting.ledger_act": _said("台账办理", "Ledger act", "Ato no registo"),
    "reporting.ledger_cover": _said("台账建齐", "Whole ledger", "Registo completo"),
    "reporting.ledger_item": _said("台账计数", "Ledger count", "Contagem no registo"),
    "reporting.objection": _said("重复报表反映", "Objection", "Objeção"),
    "reporting.return": _said("回流数据", "Returned data", "Dados devolvidos"),
    "reporting.return_row": _said("回流数据一行", "Returned row", "Linha devolvida"),
    "reporting.field": _said("报表项目", "Item of a form", "Item de mapa"),
    "reporting.filing": _said("填报", "Report", "Mapa preenchido"),
    "reporting.form": _said("报表", "Form", "Mapa"),
    "reporting.output": _said("取出的数据", "Figures taken out", "Dados retirados"),
    "reporting.production": _said("成批生成", "Workbooks of a level", "Lote de mapas"),
    "reporting.release": _said("生成的报表", "Produced workbook", "Mapa produzido"),
    "reporting.round": _said("填报任务", "Round", "Recolha"),
    "reporting.work": _said("后台任务", "Long work", "Trabalho longo"),
    "statutes.library": _said("法定参数", "Law as data", "Lei em dados"),
}


def subject_words(subject: str, lang: str) -> str:
    """What kind of thing it is, and enough of its number to tell two apart."""
    kind, _, key = subject.partition(":")
    known = SUBJECTS.get(kind)
    return f"{say(known, lang)} …{key[-6:]}" if known else subject


def doer(tag: str, lang: str) -> str:
    """Of `Actor.tag()`: the role and the channel. Numbers of parties stay with the evidence."""
    role, *parts = tag.split() or [""]
    named = dict(part.split(":", 1) for part in parts if ":" in part)
    if role == "nobody" and named.get("party", "0") != "0":
        role = "holder"
    title = _titles().get(role) or PROGRAMS.get(role)
    channel = CHANNELS.get(named.get("via", ""))
    words = [say(title, lang) if title else role, say(channel, lang) if channel else ""]
    return " · ".join(word for word in words if word)


def _titles() -> dict[str, Words]:
    return {role.code: role.title for system in installed() for role in system.roles}
