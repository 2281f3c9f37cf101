"""The words that firms' names are made of besides the brand: legal forms, places, trades."""

from trade.text import listed

# Longest first, so that an ending is taken off whole.
LEGAL_FORMS_CHINESE: tuple[str, ...] = listed(
    """
    集团股份有限公司 控股集团有限公司 股份有限公司 有限责任公司 集团有限公司 控股有限公司 特殊普通合伙
    个人独资企业 个体工商户 有限公司 股份公司 集团公司 合伙企业 有限合伙 普通合伙 外商独资 合资公司
    责任公司 总公司 集团 公司 股份 有限 厂
    """
)
LEGAL_FORMS_LATIN: frozenset[str] = frozenset(
    listed(
        """
        ab ag and aps as asa bhd bv co company corp corporation gmbh group grp holding holdings inc
        incorporated kg kk limited llc llp lp ltd nv ohg oy oyj plc pte pty sa sarl sas sdn se spa srl the
        ug
        """
    )
)
PROVINCES: tuple[str, ...] = listed(
    """
    北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东
    海南 四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门
    """
)
CITIES: tuple[str, ...] = listed(
    """
    石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 太原 大同 阳泉 长治 晋城 朔州 晋中 运城
    忻州 临汾 吕梁 呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 沈阳 大连 鞍山 抚顺
    本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛 长春 四平 辽源 通化 白山 松原 白城 延边 哈尔滨
    齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 南京 无锡 徐州 常州 苏州 南通
    连云港 淮安 盐城 扬州 镇江 泰州 宿迁 昆山 江阴 张家港 常熟 太仓 宜兴 杭州 宁波 温州 嘉兴 湖州 绍兴
    金华 衢州 舟山 台州 丽水 义乌 慈溪 余姚 合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳
    宿州 六安 亳州 池州 宣城 福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 晋江 南昌 景德镇 萍乡 九江
    新余 鹰潭 赣州 吉安 宜春 抚州 上饶 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州
    聊城 滨州 菏泽 郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口
    驻马店 武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施 长沙 株洲 湘潭 衡阳 邵阳
    岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州
    梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林
    百色 贺州 河池 来宾 崇左 海口 三亚 儋州 成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充
    眉山 宜宾 广安 达州 雅安 巴中 资阳 贵阳 六盘水 遵义 安顺 毕节 铜仁 昆明 曲靖 玉溪 保山 昭通 丽江
    普洱 临沧 大理 拉萨 日喀则 西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 兰州 嘉峪关 金昌 白银
    天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 西宁 海东 银川 石嘴山 吴忠 固原 中卫 乌鲁木齐 克拉玛依
    吐鲁番 哈密 台北 高雄
    """
)
WIDE_PLACES: frozenset[str] = frozenset(
    listed(
        """
        中华 中国 亚太 全国 大中华区
        """
    )
)
PLACES_LATIN: frozenset[str] = frozenset(
    listed(
        """
        america apac asia australia beijing canada changsha chengdu china chongqing cn dalian deutschland
        dongguan europe foshan france fujian fuzhou germany global guangdong guangzhou hangzhou hefei hk
        hongkong india japan jiangsu jinan korea kunming macau nanjing ningbo pacific prc qingdao shandong
        shanghai shenyang shenzhen singapore suzhou taipei taiwan tianjin uk us usa wenzhou worldwide wuhan
        wuxi xiamen xian zhejiang zhengzhou zhongshan zhuhai
        """
    )
)
WIDE_PLACES_LATIN: frozenset[str] = frozenset(
    listed(
        """
        apac asia china cn global pacific prc worldwide
        """
    )
)
# Longest first, so that an ending is taken off whole.
TRADES_CHINESE: tuple[str, ...] = listed(
    """
    会计师事务所 律师事务所 电子商务 人工智能 生物科技 医疗器械 轨道交通 人力资源 企业管理 互联网 物联网
    计算机 大数据 云计算 机器人 自动化 半导体 微电子 进出口 房地产 钢结构 新能源 新材料 化妆品 旅行社
    零部件 事务所 供应链 研究院 研究所 经营部 门市部 专卖店 工作室 科技 技术 信息 网络 软件 电子 电器
    电气 电力 电机 电缆 电池 电商 通信 通讯 智能 数据 光电 光学 仪器 仪表 贸易 商贸 经贸 工贸 实业 工业
    企业 投资 资本 基金 金融 保险 证券 银行 租赁 担保 典当 建设 建筑 工程 建材 装饰 装修 设计 规划 监理
    地产 置业 物业 机械 机电 设备 装备 制造 重工 精密 模具 五金 工具 钢铁 金属 有色 铝业 铜业 矿业 化工
    化学 石化 石油 燃气 能源 光伏 风电 环保 环境 水务 材料 塑料 塑胶 橡胶 玻璃 陶瓷 纸业 包装 印刷 印务
    纺织 服装 服饰 针织 鞋业 皮革 家具 家居 日化 珠宝 玩具 文具 食品 饮料 酒业 乳业 粮油 餐饮 酒店 宾馆
    旅游 农业 农牧 牧业 渔业 林业 种业 园林 生物 医药 药业 制药 医疗 器械 健康 医院 诊所 物流 货运 运输
    快递 航空 航运 港口 船务 汽车 汽配 交通 传媒 广告 文化 影视 娱乐 体育 教育 培训 出版 咨询 管理 服务
    商务 会展 电梯 安防 消防 国际 发展 中心 商业 百货 超市 产业 连锁 销售 营销 商行 分店 开发 应用
    """
)
TRADES_LATIN: frozenset[str] = frozenset(
    listed(
        """
        auto automotive bank capital chemical chemicals construction consulting data design development
        digital education electric electrical electronic electronics energy engineering enterprise
        enterprises equipment export finance food foods furniture garments health healthcare hotel import
        industrial industries industry information insurance international investment logistics machinery
        manufacturing materials media medical network networks packaging pharma pharmaceutical
        pharmaceuticals power printing service services software solution solutions system systems tech
        technologies technology textile trade trading transport
        """
    )
)
# One trade under two spellings.
SAME_TRADE: dict[str, str] = {
    **dict.fromkeys(("technologies", "tech"), "technology"),
    **dict.fromkeys(("trade",), "trading"),
    **dict.fromkeys(("industries", "industry"), "industrial"),
    **dict.fromkeys(("systems",), "system"),
    **dict.fromkeys(("solutions",), "solution"),
    **dict.fromkeys(("services",), "service"),
    **dict.fromkeys(("electronic",), "electronics"),
    **dict.fromkeys(("electrical",), "electric"),
    **dict.fromkeys(("pharmaceutical", "pharmaceuticals"), "pharma"),
    **dict.fromkeys(("foods",), "food"),
    **dict.fromkeys(("chemicals",), "chemical"),
    **dict.fromkeys(("networks",), "network"),
    **dict.fromkeys(("enterprises",), "enterprise"),
    **dict.fromkeys(("通讯",), "通信"),
    **dict.fromkeys(("商贸", "经贸"), "贸易"),
    **dict.fromkeys(("房地产",), "地产"),
    **dict.fromkeys(("制药", "药业"), "医药"),
}
