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
# Cities of a county's rank (县级市), without those whose names are brands as often: 永康, 东方, 文昌.
COUNTY_CITIES: tuple[str, ...] = listed(
    """
    辛集 晋州 遵化 迁安 武安 涿州 高碑店 泊头 任丘 黄骅 河间 霸州 三河 古交 介休 永济
    河津 原平 侯马 霍州 孝义 汾阳 怀仁 霍林郭勒 满洲里 牙克石 扎兰屯 乌兰浩特 锡林浩特 二连浩特
    瓦房店 庄河 凌海 北镇 盖州 大石桥 调兵山 北票 凌源 兴城 榆树 德惠 公主岭 蛟河 桦甸
    舒兰 双辽 梅河口 集安 临江 洮南 扶余 延吉 图们 敦化 珲春 龙井 尚志 五常 讷河 虎林 密山 铁力
    富锦 抚远 绥芬河 海林 宁安 穆棱 北安 五大连池 嫩江 肇东 海伦 新沂 邳州 溧阳 启东 如皋 东台 仪征
    高邮 丹阳 扬中 句容 靖江 泰兴 建德 瑞安 乐清 龙港 海宁 平湖 桐乡 诸暨 嵊州 兰溪 玉环
    温岭 临海 巢湖 无为 桐城 潜山 天长 明光 界首 宁国 广德 福清 石狮 南安 邵武 武夷山 建瓯 漳平
    福鼎 乐平 瑞昌 共青城 庐山 贵溪 瑞金 龙南 井冈山 丰城 樟树 高安 胶州 平度 莱西 滕州 龙口 莱阳 莱州 招远
    栖霞 海阳 青州 诸城 寿光 安丘 高密 昌邑 曲阜 邹城 肥城 荣成 乳山 乐陵 禹城 临清 邹平 巩义 荥阳 新密 新郑
    登封 舞钢 汝州 林州 卫辉 辉县 沁阳 孟州 禹州 长葛 义马 灵宝 邓州 永城 项城 济源 大冶 丹江口 宜都 当阳 枝江
    老河口 枣阳 钟祥 京山 应城 汉川 石首 洪湖 松滋 监利 麻城 武穴 赤壁 广水 利川 仙桃 潜江 浏阳
    宁乡 醴陵 湘乡 韶山 耒阳 常宁 武冈 邵东 汨罗 临湘 津市 沅江 资兴 洪江 冷水江 涟源 吉首 乐昌 南雄 台山
    鹤山 恩平 廉江 雷州 吴川 高州 化州 四会 陆丰 阳春 英德 连州 普宁 罗定 岑溪 桂平 北流 靖西
    宜州 合山 凭祥 荔浦 五指山 琼海 万宁 都江堰 彭州 邛崃 崇州 简阳 广汉 什邡 绵竹 江油 峨眉山 阆中
    华蓥 康定 西昌 清镇 仁怀 盘州 兴义 凯里 都匀 宣威 腾冲 楚雄 蒙自 个旧 开远
    景洪 瑞丽 彬州 韩城 华阴 子长 神木 敦煌 临夏 格尔木 德令哈 灵武 青铜峡 昌吉 阜康
    博乐 库尔勒 阿克苏 库车 阿图什 喀什 和田 伊宁 奎屯 塔城 乌苏 沙湾 阿勒泰 石河子
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
    制品 工艺品 日用品 办公用品 劳保用品 体育用品 酒店用品 母婴用品 宠物用品 礼品 饰品 首饰 钟表 眼镜 箱包 皮具 皮业
    鞋服 童装 制衣 制鞋 家纺 布艺 面料 染整 印染 纤维 丝绸 毛纺 棉业 羽绒 地毯 床垫 卫浴 洁具 厨具 灯具 灯饰 照明
    门窗 门业 幕墙 地板 木业 竹业 石材 石业 水泥 混凝土 砖业 管业 管道 阀门 水泵 泵业 轴承 齿轮 弹簧 紧固件 标准件
    锻造 铸造 铸件 冲压 焊接 焊材 刀具 量具 磨具 磨料 机床 数控 液压 气动 压缩机 风机 锅炉 空调 制冷 暖通 净化 除尘
    过滤 水处理 节能 低碳 储能 充电 锂电 电源 电线 线缆 变压器 开关 继电器 传感器 传感 芯片 集成电路 电路 线路板
    显示 光学仪器 激光 测控 检测 检验 计量 认证 试验 实验室 仪控 控制 传动 电动 动力 马达 发动机 摩托车 电动车
    自行车 配件 轮胎 车业 汽贸 汽修 船舶 造船 海运 水运 客运 公交 出租 地铁 铁路 公路 路桥 桥梁 隧道 市政 水利
    水电 勘察 测绘 地质 岩土 爆破 拆除 防水 防腐 保温 涂料 油漆 油墨 颜料 染料 助剂 胶粘剂 胶业 硅业 碳素 石墨 磁业
    磁材 稀土 铜材 铝材 钢材 不锈钢 金属制品 金属材料 金属结构 线材 管材 板材 型材 再生资源 资源 物资 物产 废旧 回收
    米业 面业 粮食 油脂 茶业 茶叶 酒庄 酿酒 饮品 乳品 肉业 肉类 水产 海产 冷链 冷冻 果蔬 果业 蔬菜 调味品 糖业 烘焙
    糕点 零食 养殖 畜牧 饲料 种子 种苗 苗木 花卉 园艺 肥业 化肥 农药 农资 农机 合作社 专业合作社 药房 大药房 医院管理
    保健 保健品 养生 养老 康复 护理 口腔 整形 美容 美发 美业 化妆 洗涤 保洁 家政 搬家 婚庆 摄影 影业 动漫 动画 游戏
    音乐 艺术 美术 演艺 演出 剧院 会议 展览 展示 策划 品牌 品牌管理 标识 标牌 印刷包装 彩印 纸品 造纸 图书 书店 学校
    学院 幼儿园 留学 翻译 认证咨询 知识产权 专利 商标 财务 税务 会计 审计 评估 资产 资产管理 股权投资 创业投资 私募
    信托 期货 小额贷款 支付 拍卖 招标 招投标 采购 代理 货运代理 国际货运 仓储 配送 快运 速递 搬运 吊装 起重 叉车 租车
    外贸 国贸 进出口贸易 国际贸易 跨境电商 批发 零售 便利店 便利 商城 商场 商厦 购物 购物中心 市场 集贸 专营 专营店
    经销 直销 渠道 推广 传播 公关 信息科技 信息技术 网络科技 网络技术 计算 计算机科技 系统 系统集成 集成 数码 数字
    数字科技 云科技 区块链 无人机 航天 航空科技 卫星 导航 遥感 视频 音响 音视频 电声 影音 智慧 智造 智联 智控 安全
    保安 防护 锁业 锁具 劳务 人才 派遣 外包 后勤 膳食 团膳 配餐 饭店 酒楼 火锅 小吃 咖啡 茶楼 民宿 公寓 客栈 度假 景区
    乐园 俱乐部 健身 户外 运动 足球 高尔夫 宠物 兽药 疫苗 诊断 试剂 基因 细胞 药品 中药 药材 医疗科技 健康管理 器材
    用品 产品 商品 食材 原料 部件 构件 组件 附件 零件 元件 元器件 维修 安装 调试 运营 运维 保养 建造 营造 土建 基建
    房产 房屋 中介 策略 研发 研究 科研 科学 实验 推进 交易 结算 担保 商会 协会 控股 创投 孵化 孵化器 众创 园区 产业园
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
        ads advertising agency agricultural agriculture apparel appliance appliances automation aviation biotech
        biotechnology building cable catering ceramics chain clothing cloud commerce communication communications
        components container copper cosmetics cultural culture daily decoration devices eco education
        electromechanical embroidery energy environment environmental equipments exhibition exp express fashion
        fasteners film fishery forwarding freight garment gifts glass hardware import imp instrument instruments
        intelligence intelligent intl internet it jewelry leather light lighting management material meat metal
        metals mechanical mining mould molds new oil paper parts petroleum pet planning plastic plastics packing
        precision products property protection pump purification real estate retail robot robotics rubber
        sci science scientific semiconductor shipping shoes silk smart sports steel stone supply tea telecom
        testing textiles tools tourism toys travel valve vehicle warehousing water wine wire wood works
        """
    )
)
# What stands behind many trades and tells none: two firms that share only these are of two trades.
VAGUE_TRADES: frozenset[str] = frozenset(
    listed("科技 技术 设备 管理 工程 服务 发展 国际 实业 制造 产业 中心 集团 用品 制品 材料 产品 企业 系统 咨询 销售")
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
# What a word of an English name is in Chinese ones, the usual one first; others are compared with nothing.
TRADES_IN_CHINESE: dict[str, tuple[str, ...]] = {
    english: listed(chinese)
    for english, chinese in {
        "technology": "科技 技术 信息技术 信息科技 网络科技 网络技术 生物科技 数字科技 医疗科技 智能科技",
        "sci": "科技 科学",
        "science": "科技 科学",
        "information": "信息 信息技术 信息科技",
        "it": "信息 信息技术 信息科技",
        "network": "网络 网络科技 网络技术",
        "internet": "网络 网络科技 互联网",
        "software": "软件",
        "electronics": "电子 微电子",
        "electric": "电气 电器 电力",
        "automation": "自动化",
        "intelligent": "智能 智能科技 智慧",
        "smart": "智能 智能科技 智慧",
        "trading": "贸易 商贸 经贸 工贸 国贸 外贸",
        "commerce": "贸易 商贸 商务",
        "import": "进出口 进出口贸易",
        "imp": "进出口 进出口贸易",
        "export": "进出口 进出口贸易",
        "exp": "进出口 进出口贸易",
        "industrial": "实业 工业 产业",
        "machinery": "机械",
        "logistics": "物流",
        "freight": "货运 货运代理 国际货运",
        "forwarding": "货运 货运代理 国际货运 代理",
        "supply": "供应链",
        "food": "食品",
        "catering": "餐饮",
        "construction": "建筑 建设 建造",
        "engineering": "工程",
        "decoration": "装饰 装修",
        "building": "建材 建筑",
        "material": "材料 新材料 建材",
        "materials": "材料 新材料 建材",
        "energy": "能源 新能源",
        "environmental": "环保 环境",
        "biotechnology": "生物科技 生物",
        "biotech": "生物科技 生物",
        "pharma": "医药 药品",
        "medical": "医疗 医疗器械 医疗科技",
        "chemical": "化工 化学",
        "plastic": "塑料 塑胶",
        "plastics": "塑料 塑胶",
        "packaging": "包装 印刷包装",
        "packing": "包装",
        "textile": "纺织",
        "textiles": "纺织",
        "garments": "服装 服饰",
        "apparel": "服装 服饰",
        "clothing": "服装 服饰",
        "furniture": "家具 家居",
        "auto": "汽车 汽配 零部件",
        "automotive": "汽车 汽配 零部件",
        "media": "传媒",
        "culture": "文化",
        "advertising": "广告",
        "education": "教育",
        "consulting": "咨询",
        "management": "管理 企业管理",
        "investment": "投资",
        "equipment": "设备 装备",
        "hardware": "五金",
        "steel": "钢铁 钢材",
        "metal": "金属 金属制品 金属材料",
        "lighting": "照明 灯饰 灯具",
        "printing": "印刷 印务",
        "design": "设计",
        "travel": "旅游 旅行社",
        "agriculture": "农业",
        "agricultural": "农业",
        "real": "地产 置业",
        "international": "国际",
    }.items()
}
