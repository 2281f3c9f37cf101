"""What the demo company mails to leads that are not ready yet (培育): white papers and a case video, to who agreed."""

from millrace.leads.v1 import lead_nurturing_service_pb2, lead_service_pb2
from millrace.leads.v1 import nurturing_programme_pb2 as programmes
from millrace.leads.v1 import nurturing_programme_service_pb2 as contract

from deploy.local.demo.business.actors import SELLER, Actors

AGREED = 40  # of the leads that came last, those with a mail address
EVIDENCE = ("展会登记表，已勾选", "官网表单之外，电话中同意并记录", "签到簿，已签名")
SITE = "https://www.example.com/"
_DAYS = programmes.NURTURING_DELAY_UNIT_WORKING_DAYS
_PAPER = programmes.NurturingStep(
    subject="{{company_name|贵公司}}的数字化路线图（白皮书）",
    text="{{contact_name|您好}}：\n\n附上我们的白皮书：{{link.paper}}\n",
    html='<p>{{contact_name|您好}}：</p><p>附上我们的<a href="{{link.paper}}">白皮书</a>。</p>',
    links=[programmes.NurturingLink(key="paper", url=f"{SITE}papers/roadmap.pdf", display_name="白皮书")],
)
_VIDEO = programmes.NurturingStep(
    delay=programmes.NurturingDelay(unit=_DAYS, amount=3),
    subject="同行案例：三个月上线（视频）",
    text="{{contact_name|您好}}：\n\n同行如何在三个月内上线：{{link.video}}\n",
    html='<p>{{contact_name|您好}}：</p><p><a href="{{link.video}}">同行如何在三个月内上线</a></p>',
    links=[programmes.NurturingLink(key="video", url=f"{SITE}cases/three-months", display_name="案例视频")],
)
_EXITS = (
    programmes.NURTURING_EXIT_FOLLOWED_UP,
    programmes.NURTURING_EXIT_DEMO_REQUESTED,
    programmes.NURTURING_EXIT_CONTACTED_AGAIN,
)


def nurture_some(actors: Actors) -> None:
    """A programme that runs, another one in draft, and leads that agreed to be mailed."""
    running = _make(actors, 0, "白皮书与案例", "grade = GRADE_C OR grade = GRADE_D", _PAPER, _VIDEO)
    _make(actors, 1, "制造业案例视频", 'industry = "manufacturing"', _VIDEO)
    activating = contract.ActivateNurturingProgrammeRequest(name=running, request_id="demo-activate-0")
    actors.ask(SELLER, "leads.NurturingProgrammeService.ActivateNurturingProgramme", activating)
    wanted = lead_service_pb2.ListLeadsRequest(
        page_size=200, order_by="create_time desc", filter="grade = GRADE_C AND state = LEAD_STATE_NEW"
    )
    leads = actors.ask(SELLER, "leads.LeadService.ListLeads", wanted).leads
    for number, lead in enumerate([each for each in leads if each.email][:AGREED]):
        _agree(actors, lead.name, number)


def _make(actors: Actors, number: int, name: str, segment: str, *steps: programmes.NurturingStep) -> str:
    told = programmes.NurturingProgramme(
        display_name=name, segment=segment, steps=steps, exits=_EXITS, re_entry_days=180
    )
    request = contract.CreateNurturingProgrammeRequest(nurturing_programme=told, request_id=f"demo-programme-{number}")
    made = actors.ask(SELLER, "leads.NurturingProgrammeService.CreateNurturingProgramme", request)
    return str(made.name)


def _agree(actors: Actors, lead: str, number: int) -> None:
    request = lead_nurturing_service_pb2.RecordLeadMailConsentRequest(
        name=lead, evidence=EVIDENCE[number % len(EVIDENCE)], request_id=f"demo-consent-{number}"
    )
    actors.ask(SELLER, "leads.LeadNurturingService.RecordLeadMailConsent", request)
