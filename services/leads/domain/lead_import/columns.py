"""Columns of a list of leads (线索表): which headings people write for which field."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadColumn:
    """A field that a column of a list may fill, with the Chinese and English headings people give it.

    `exact` says that every digit counts, so that a number a spreadsheet cut to 1.38E+10 is refused.
    """

    path: str
    chinese: tuple[str, ...]
    english: tuple[str, ...]
    exact: bool = False


COLUMNS: tuple[LeadColumn, ...] = (
    LeadColumn(
        path="company_name",
        chinese=("公司名称", "公司", "企业名称", "客户名称", "单位名称", "单位", "企业", "客户", "客户公司"),
        english=("Company", "Company name", "Organization", "Organisation", "Account", "Account name", "Business"),
    ),
    LeadColumn(
        path="credit_code",
        chinese=("统一社会信用代码", "社会信用代码", "信用代码", "统一信用代码", "税号", "纳税人识别号"),
        english=("Credit code", "Unified social credit code", "USCC", "Tax ID", "Taxpayer ID"),
        exact=True,
    ),
    LeadColumn(
        path="contact_name",
        chinese=("联系人", "姓名", "联系人姓名", "客户姓名", "名字", "联系人名称"),
        english=("Contact", "Contact name", "Name", "Full name", "Person"),
    ),
    LeadColumn(path="surname", chinese=("姓",), english=("Last name", "Surname", "Family name")),
    LeadColumn(path="given_name", chinese=("名",), english=("First name", "Given name", "Forename")),
    LeadColumn(
        path="job_title",
        chinese=("职位", "职务", "岗位", "头衔"),
        english=("Job title", "Title", "Position", "Role"),
    ),
    LeadColumn(
        path="phone",
        chinese=(
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "联系电话",
            "电话号码",
            "联系方式",
            "移动电话",
            "座机",
            "固定电话",
        ),
        english=("Phone", "Mobile", "Telephone", "Tel", "Cell", "Phone number", "Mobile phone", "Mobile number"),
        exact=True,
    ),
    LeadColumn(
        path="email",
        chinese=("邮箱", "电子邮箱", "邮件", "电子邮件", "邮箱地址"),
        english=("Email", "E-mail address", "Mail"),
    ),
    LeadColumn(
        path="address.street_number", chinese=("门牌号", "楼号"), english=("Street number", "House number", "Unit")
    ),
    LeadColumn(
        path="address.line_1",
        chinese=("地址", "详细地址", "街道", "公司地址", "联系地址"),
        english=("Address", "Address 1", "Address line 1", "Street", "Street address"),
    ),
    LeadColumn(path="address.line_2", chinese=("地址2", "补充地址"), english=("Address 2", "Address line 2")),
    LeadColumn(path="address.district", chinese=("区", "区县"), english=("District", "Suburb", "County")),
    LeadColumn(path="address.city", chinese=("城市", "市", "所在城市"), english=("City", "Town")),
    LeadColumn(path="address.province", chinese=("省", "省份", "省市"), english=("Province", "State")),
    LeadColumn(
        path="address.postal_code",
        chinese=("邮编", "邮政编码"),
        english=("Postal code", "Postcode", "Zip", "Zip code"),
        exact=True,
    ),
    LeadColumn(path="address.country", chinese=("国家", "国家/地区"), english=("Country",)),
    LeadColumn(path="industry", chinese=("行业", "所属行业"), english=("Industry", "Sector", "Trade")),
    LeadColumn(
        path="employee_count",
        chinese=("人数", "员工数", "员工人数", "公司规模", "企业规模", "规模"),
        english=("Employees", "Employee count", "Company size", "Size", "Headcount"),
    ),
    LeadColumn(path="urgency", chinese=("紧急程度", "紧急度"), english=("Urgency", "Priority")),
    LeadColumn(path="budget", chinese=("预算", "预算金额", "预算范围"), english=("Budget", "Budget amount")),
    LeadColumn(path="budget_min", chinese=("预算下限", "最低预算"), english=("Budget from", "Minimum budget")),
    LeadColumn(path="budget_max", chinese=("预算上限", "最高预算"), english=("Budget to", "Maximum budget")),
    LeadColumn(path="currency", chinese=("币种", "货币"), english=("Currency",)),
    LeadColumn(
        path="need",
        chinese=("需求", "需求描述", "客户需求", "备注", "说明", "描述"),
        english=("Need", "Needs", "Requirement", "Requirements", "Description", "Comment", "Notes", "Remarks"),
    ),
    LeadColumn(
        path="received_time",
        chinese=(
            "接收时间",
            "接收日期",
            "线索时间",
            "线索日期",
            "登记时间",
            "登记日期",
            "录入时间",
            "录入日期",
            "获取时间",
            "创建时间",
            "创建日期",
        ),
        english=(
            "Received time",
            "Received",
            "Received at",
            "Received date",
            "Date received",
            "Lead date",
            "Created",
            "Created at",
            "Created date",
            "Create date",
            "Date created",
        ),
    ),
    LeadColumn(
        path="demo_request_time",
        chinese=("演示时间", "申请演示时间", "演示申请时间", "要求演示时间"),
        english=("Demo request", "Demo requested", "Demo request date", "Demo date"),
    ),
    LeadColumn(
        path="channel", chinese=("渠道", "来源渠道", "线索来源", "来源"), english=("Channel", "Source", "Lead source")
    ),
    LeadColumn(path="campaign", chinese=("市场活动", "活动", "活动名称"), english=("Campaign",)),
    LeadColumn(path="region", chinese=("大区", "区域", "销售区域"), english=("Region", "Sales region")),
    LeadColumn(path="tags", chinese=("标签",), english=("Tags", "Labels")),
    # The custom fields that the duplicate rules shipped with the product compare.
    LeadColumn(
        path="custom.date_of_birth", chinese=("出生日期", "生日"), english=("Date of birth", "Birthday"), exact=True
    ),
    LeadColumn(
        path="custom.soc_sec_id",
        chinese=("身份证号", "身份证", "证件号码"),
        english=("Soc sec id", "Social security number", "ID number"),
        exact=True,
    ),
)
