"""How reporting says no."""

from lingnan.base.errors import Clash, Invalid, NotFound, Refused


class WrongAnswers(Invalid):
    code = "reporting.wrong_answers"
    tell = "有 {count} 处需要修改，已填内容均已保留。"


class WrongOrUnexplained(WrongAnswers):
    tell = "有 {count} 处需要修改，另有 {unsaid} 处需要改正或写明原因，已填内容均已保留。"


class UnknownField(Invalid):
    code = "reporting.unknown_field"
    tell = "报表没有“{field}”这一项。"


class WrongFile(Invalid):
    code = "reporting.wrong_file"
    tell = "上传的文件不是这张报表的版式：{why}"


class NoSuchForm(NotFound):
    code = "reporting.no_such_form"
    tell = "没有编号为“{form}”的报表，或您无权查看。"


class WrongState(Refused):
    code = "reporting.wrong_state"
    tell = "这份报表现在是“{state}”，不能{action}。"


class ReturnedMeanwhile(Refused):
    code = "reporting.returned_meanwhile"
    tell = "这份报表已被退回，请看过退回原因，改好再报。"


class AlreadyApproved(Clash):
    code = "reporting.already_approved"
    tell = "这份报表已由他人审核通过，无需重复审核。"


class OwnReport(Refused):
    code = "reporting.own_report"
    status = 403
    tell = "不能审核本人填报的报表。"


class NeedReason(Invalid):
    code = "reporting.need_reason"
    tell = "请写明原因。"


class RoundIsClosed(Refused):
    code = "reporting.round_closed"
    tell = "本轮填报尚未开始或已经结束，不能再填。"


class AlreadyAsked(Clash):
    code = "reporting.already_asked"
    tell = "“{form}”{period} 已在填报任务“{round}”中向这里（或其上级、下级）下发，不能重复下发。"


class AskedOnce(AlreadyAsked):
    tell = "“{form}”是一次性报表，已在填报任务“{round}”中填报过，只能填报一次。"


class TwoUnits(Refused):
    code = "reporting.two_units"
    tell = "两项的计量单位或答案选项不同（{first}、{second}），不能合并为同一事实。"


class NothingHeld(Refused):
    code = "reporting.nothing_held"
    tell = "这一天还没有可供汇总的数据。"


class NothingApproved(NotFound):
    tell = "这一期还没有审核通过的填报，没有数据可取。"


class NothingToPlan(Refused):
    code = "reporting.nothing_to_plan"
    tell = "本轮的报表没有要填报的项目，无需编制计划。"


class NotPlanned(NotFound):
    code = "reporting.not_planned"
    tell = "本轮还没有编制填报计划。"


class NeedExplanation(Invalid):
    code = "reporting.need_explanation"
    tell = "有 {count} 处与已知数据不符：请改正，或逐项写明原因后再提交。"


class StillBlocked(Invalid):
    code = "reporting.still_blocked"
    tell = "有 {count} 处检查结果没有解决，不能通过：请退回填报人改正，或由其写明原因。"


class NoSuchFinding(NotFound):
    code = "reporting.no_such_finding"
    tell = "“{field}”现在没有需要说明的问题，请刷新后再看。"


class NotYourTurn(Refused):
    code = "reporting.not_your_turn"
    tell = "这份报表现在应由{level}级审核，请等{level}级审核后再办。"


class NotEnough(Refused):
    code = "reporting.not_enough"
    tell = "{expected} 个村已通过 {approved} 个，至少 {needed} 个通过才能放行，还差 {left} 个。"


class AlreadyReleased(Clash):
    code = "reporting.already_released"
    tell = "这里的报表已经放行，无需重复放行。"


NO_TOUCH = "《中华人民共和国统计法》第七条"


class NotAdmitted(Refused):
    code = "reporting.not_admitted"
    tell = "{why}"


class ShortNotice(Refused):
    code = "reporting.short_notice"
    tell = "报表“{form}”从通知到截止至少要有 {needed} 天，现在只有 {given} 天。"


class AdmissionClosed(Refused):
    code = "reporting.admission_closed"
    tell = "这份准入申请现在是“{state}”，不能{action}。"


class AlreadyOffered(Clash):
    code = "reporting.already_offered"
    tell = "报表“{form}”的准入申请正在办理，无需重复申请。"


class SamePerson(Refused):
    code = "reporting.same_person"
    status = 403
    tell = "准入须由两个人分别批准，您已经批准过，请由另一人办理。"


class NotImpartial(Refused):
    code = "reporting.not_impartial"
    status = 403
    tell = "提出申请的人和申请部门的人不能批准自己的报表。"


class NoPerson(Refused):
    code = "reporting.no_person"
    status = 403
    tell = "准入须由数据主管部门的工作人员以自己的账号批准，不能由系统或运维代办。"


class ConditionsChanged(Clash):
    code = "reporting.conditions_changed"
    tell = "准入条件刚刚有人改动，请刷新后看清再批准。"


class VerdictChanged(Clash):
    code = "reporting.verdict_changed"
    tell = "有 {changed} 项的评估结论变了：此前 {before}；现在 {now}。请看过新的评估再批准。"


class AlreadyAnswered(Clash):
    code = "reporting.already_answered"
    tell = "这条反映已经答复，无需重复答复。"
