"""What chrome says: words and patterns as data, read on the folded view of a line.

Folded means Simplified, half-width, lower case; `WORDS` are looked up without spaces, patterns of `PATTERNS` are
searched in the view without spaces too, and `SPACED` in the view with them (English needs its spaces). Nothing here
removes a line by itself: an entry says what a line *would* be, and how sure that is.

The wording was collected from a survey of Chinese, Taiwanese, Hong Kong and English pages; every word below also
occurs in running text somewhere, which is why shape, length and zone decide with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["HEADINGS", "PATTERNS", "SPACED", "WORDS", "Entry", "find", "word_class"]

CERTAIN, STRONG, WEAK = 3, 2, 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A pattern: the reason it gives, how sure it is (3 anywhere, 2 beside other chrome), and the longest text it reads.

    `needs` are literals one of which must stand in the text before the pattern is tried; they only save time.
    """

    reason: str
    strength: int
    limit: int
    needs: tuple[str, ...]
    pattern: re.Pattern[str]


def _entry(reason: str, strength: int, limit: int, needs: str, pattern: str) -> Entry:
    return Entry(f"chrome/{reason}", strength, limit, tuple(needs.split()), re.compile(pattern))


# Whole lines and single cells of a menu. A word may stand in one class only.
_WORDS = {
    "navigation": """
        首页 网站首页 主页 返回首页 回首页 新闻 新闻中心 要闻 国内 国际 国内新闻 国际新闻 社会 财经 科技 体育 娱乐 军事 汽车 房产 时尚 健康
        教育 旅游 文化 历史 游戏 视频 图片 图库 博客 论坛 微博 社区 专题 专栏 评论 观点 滚动 滚动新闻 头条 资讯 股票 基金 外汇 期货 理财
        彩票 女性 女人 星座 读书 亲子 育儿 美食 家居 家电 手机 数码 电脑 音乐 电影 电视 直播 动漫 小说 邮箱 地图 天气 导航 招聘 求职 人才
        政务 政策 两岸 港澳 台湾 港澳台 大陆 地方 产经 证券 股市 生活 影音 焦点 即时 快讯 热门 运动 政治 全球 专家 名家 商城 直播间
        搜索 搜寻 更多 更多>> 更多> more 更多... 登录 登入 注册 注册/登录 登录/注册 登录|注册 注册登录 登录注册 快速注册 免费注册 立即注册
        立即登录 退出 登出 退出登录 忘记密码 忘记密码? 找回密码 下次自动登录 自动登录 记住我 账号 帐号 用户名 密码 验证码 会员 会员中心 个人中心
        用户中心 我的 设置 消息 通知 私信 关注 粉丝 收藏夹 历史记录 购物车 订单 客户端 下载 下载客户端 客户端下载 手机版 电脑版 移动版
        手机网 触屏版 app下载 下载app 无障碍 无障碍浏览 长者模式 繁体 简体 繁体版 简体版 繁體 英文版 中文版 english 简 繁 en 简体中文 繁体中文
        设为首页 加入收藏 收藏本站 网站地图 站点地图 rss rss订阅 订阅 电子报 返回 返回顶部 回顶部 顶部 回到顶部 置顶 top 返回列表 回列表
        意见反馈 反馈 建议 在线客服 客服 帮助 帮助中心 取消 确定 确认 提交 保存 关闭 删除 修改 编辑 发布 发送 知道了 我知道了 换一换
        换一批 不感兴趣 展开 收起 展开全部 查看更多 查看全部 加载更多 加载中 加载中... 点击加载更多 正在加载 全部 其他 其它 目录 分类 标签
        栏目 频道 所有频道 正文 菜单 导航菜单 切换导航 全站导航 服务 产品 解决方案 案例 活动 问答 文档 工具 资源 学院 课程 图书 商品 优惠
        排行 排行榜 总览 概览 简介 home menu search login sign_in sign_up log_in log_out register logout about_us about contact news
        sports business entertainment world politics technology science health opinion video videos photos blog forum store shop
        skip_to_content skip_to_main_content toggle_navigation close cancel submit back next previous categories archives tags rss_feed
        subscribe newsletter faq help settings my_account 3c 宠物 搜奇 社论 投书 民调 政经 股汇 校园 公益 奇闻 论坛首页 会员登录
        上一张 下一张 ▲ ▼ × x ホーム メニュー 検索 ログイン ニュース トップ 홈 로그인 회원가입 검색 메뉴 inicio accueil startseite menü suche
        главная поиск войти""",
    "share": """
        分享 分享到 分享到: 分享至 分享至: 分享: 一键分享 微信 qq qq空间 qq好友 新浪微博 腾讯微博 朋友圈 微信好友 微信朋友圈 人人网 开心网 豆瓣
        豆瓣网 百度贴吧 网易微博 搜狐微博 印象笔记 复制链接 复制连结 点赞 赞 踩 顶 收藏 喜欢 打赏 赞赏 转发 举报 推荐 分享到微信 分享到微博
        分享到qq 分享到朋友圈 分享到微信朋友圈 分享到新浪微博 分享到qq空间 分享本文 分享文章 分享按钮 转贴 按赞 分享至line 分享至facebook
        脸书 facebook twitter line weibo telegram whatsapp linkedin pinterest reddit youtube instagram email google+ tumblr plurk
        share share_this share: share_on share_on_facebook share_on_twitter tweet like follow_us follow print email_this 点击分享
        扫一扫 微信扫一扫 微信分享 更多分享 シェア シェアする ツイート 공유 공유하기 compartir partager teilen поделиться""",
    "pager": """
        上一页 下一页 上一篇 下一篇 上一篇: 下一篇: 上一条 下一条 上一则 下一则 尾页 末页 没有了 没有 首页上一页下一页尾页 【上一篇】 【下一篇】
        阅读全文 余下全文 展开全文 查看全文 点击阅读全文 继续阅读 阅读更多 查看详情 了解更多 上一章 下一章 read_more continue_reading
        older_posts newer_posts next_page previous_page previous_post next_post load_more show_more see_more see_all view_all 続きを読む""",
    "related": """
        相关新闻 相关阅读 相关文章 相关推荐 相关链接 相关报道 相关报导 相关稿件 相关信息 相关内容 相关专题 相关视频 相关资讯 延伸阅读 推荐阅读 热点推荐
        热门推荐 热门文章 热门新闻 热门话题 热门标签 热门搜索 热点新闻 热点专题 热点排行 热点 热文 热榜 热搜 今日热点 本周热点 本周热门 猜你喜欢
        为您推荐 为你推荐 您可能感兴趣 您可能感兴趣的 你可能感兴趣 你可能会喜欢 您可能还喜欢 你可能喜欢 你可能也想看 您可能感兴趣的文章
        更多精彩 更多新闻 更多相关新闻 更多文章 阅读排行 阅读排行榜 点击排行 点击排行榜 评论排行 评论排行榜 新闻排行 新闻排行榜 一周排行 24小时热文
        24小时热闻 48小时热文 精彩图集 精彩推荐 精彩图片 精彩视频 图片新闻 图片推荐 图片故事 视频新闻 视频推荐 视听推荐 新闻图集 新闻推荐 推荐新闻
        友情链接 友情连结 友善连结 友情链接: 合作伙伴 合作媒体 往期推荐 往期回顾 近期文章 最近文章 最新文章 最新新闻 最新消息 最新发布 最新资讯
        最新更新 最新推荐 最新回复 热门帖子 推荐帖子 编辑推荐 小编推荐 特别推荐 特别策划 专题推荐 今日推荐 今日要闻 今日头条 头条推荐 站长推荐
        大家都在看 大家都爱看 大家还在看 其他人还在看 看过本文的人还看过 看更多 也许您会喜欢 作者其他文章 作者最新文章 他的其他文章 同类文章
        最多人阅读 人气排行 人气文章 新闻热线 聚焦新闻 即时新闻 人气点阅榜 商品推荐 赞助商链接 赞助广告 精华文章 随机文章 归档 文章归档
        文章分类 最新评论文章 标签云 related related_articles related_posts related_stories related_news related_content related_links
        recommended recommended_for_you you_may_also_like you_might_also_like more_from more_news more_stories most_read most_popular
        trending trending_now popular_posts recent_posts latest_news top_stories editor's_picks see_also also_read read_next up_next
        関連記事 おすすめ 人気記事 관련기사 인기기사 noticias_relacionadas articles_similaires""",
    "comments": """
        网友评论 发表评论 最新评论 热门评论 最热评论 全部评论 我要评论 我要留言 写评论 查看评论 评论列表 精彩评论 发表回复 回复 支持 反对 登录后评论
        查看更多跟贴 网友跟贴 我来说两句 说点什么 参与评论 评论区 留言板 fb留言 留言 发表留言 网友留言 添加评论 添加新评论 还没有人评论 暂无评论
        暂时没有评论 抢沙发 快来抢沙发 沙发 comments comment leave_a_comment leave_a_reply post_a_comment add_a_comment reply
        no_comments show_comments view_comments join_the_conversation コメント コメントする 댓글""",
    "legal": """
        版权声明 版权所有 免责声明 法律声明 隐私政策 隐私声明 隐私权政策 隐私权声明 隐私条款 服务条款 使用条款 服务协议 用户协议 关于我们 关于本站
        关于 联系我们 联络我们 联系方式 联系方法 广告服务 广告合作 广告投放 广告刊登 刊登广告 商务合作 投稿 投稿须知 我要投稿 加入我们 诚聘英才
        人才招聘 招贤纳士 招聘信息 公司简介 网站简介 网站声明 站长统计 友情提示 举报中心 不良信息举报 违法和不良信息举报 网上有害信息举报
        著作权声明 版权说明 网站律师 经营许可证 营业执照 about_us contact_us privacy privacy_policy terms terms_of_use terms_of_service
        terms_&_conditions terms_and_conditions cookie_policy cookies disclaimer advertise advertise_with_us careers sitemap site_map
        legal imprint accessibility do_not_sell_my_personal_information all_rights_reserved 利用規約 プライバシーポリシー お問い合わせ
        会社概要 impressum datenschutz mentions_légales aviso_legal""",
    "advert": """
        广告 推广 赞助 赞助内容 advertisement advertisements sponsored sponsored_links promoted ad ads 広告 광고 anzeige publicidad publicité
        关注我们 微信公众号 官方微信 官方微博 公众号 订阅号 服务号 微信订阅号 微信服务号 扫码关注 扫描二维码 扫码下载 二维码 微信二维码 手机扫码""",
    "other": "undefined null nan loading loading... [emailprotected] javascript:void(0) ? - -- --- . · • | * # / > » 0",
}
WORDS: dict[str, str] = {
    word.replace("_", ""): f"chrome/{reason}" for reason, words in _WORDS.items() for word in words.split()
}

# Reasons whose heading opens a list that goes on until something else begins.
HEADINGS = ("chrome/related", "chrome/comments")

PATTERNS: tuple[Entry, ...] = (
    # Footer identifiers: no article ends in its own registration number.
    _entry(
        "legal",
        CERTAIN,
        220,
        "icp",
        r"^.{0,120}[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]?icp[备证]\d{4,}号?",
    ),
    _entry("legal", CERTAIN, 160, "公网安备", r"公网安备\d{8,}"),
    _entry(
        "legal",
        CERTAIN,
        160,
        "copyright © (c)",
        r"^.{0,60}(copyright|©|\(c\))[^。]{0,60}(\d{4}|allrightsreserved|版权所有)",
    ),
    _entry(
        "legal",
        CERTAIN,
        120,
        "allrightsreserved 版权所有",
        r"^.{0,70}allrightsreserved|^版权所有|[^,。]{2,30}版权所有(复制必究|不得转载|翻印必究)?$",
    ),
    _entry("legal", CERTAIN, 120, "©", r"^.{0,16}©\d{4}|^©"),
    _entry(
        "legal",
        CERTAIN,
        200,
        "许可证",
        r"(互联网新闻信息服务|增值电信业务经营|信息网络传播视听节目|广播电视节目制作经营|网络文化经营)许可证",
    ),
    _entry(
        "legal", CERTAIN, 120, "bm 信息举报", r"网站标识码:?bm\d+|(违法和?不良|不良|有害)信息举报(电话|邮箱|热线|中心)"
    ),
    # Rights and source disclaimers: long lines, several strong words.
    _entry(
        "legal",
        CERTAIN,
        600,
        "凡",
        r"凡(本网|本站|本报|本刊)?(注明|标注|转载)[^。]{0,12}(来源|作品|稿件)[^。]{0,40}(作品|稿件|内容|版权|文章)",
    ),
    _entry(
        "legal",
        CERTAIN,
        600,
        "本网 本站 本平台 本公众号 本刊 平台 网站 网",
        r"(不代表|并不代表|不等于|不意味着|无关|并不表明)(本网|本站|本平台|本公众号|本刊|平台|网站|.{2,8}网)[^。]{0,6}(观点|立场)",
    ),
    _entry(
        "legal",
        CERTAIN,
        600,
        "侵权 版权",
        r"(如有|若有|如涉及?|如果?存在|涉及)[^。]{0,24}(侵权|版权)[^。]{0,40}(联系|联络|告知|通知|删除|来信|来电|处理)",
    ),
    _entry(
        "legal",
        CERTAIN,
        600,
        "声明 提示",
        r"^(版权声明|免责声明|特别声明|郑重声明|法律声明|声明|重要提示|友情提示|温馨提示|风险提示|本站声明)[:】].{0,200}(本网|本站|本平台|转载|版权|侵权|投资|上传|作者本人|本文)",
    ),
    _entry(
        "legal",
        CERTAIN,
        400,
        "建议 意见 依据",
        r"(仅供参考,?不构成|不构成任何|不构成)[^。]{0,12}(投资)?(建议|意见|依据)[^。]{0,20}[。!]?$",
    ),
    _entry(
        "legal",
        CERTAIN,
        300,
        "小编 编辑",
        r"以上(是|就是|内容)?[^。]{0,6}(小编|编辑)[^。]{0,10}(收集|整理|分享|为大家|为您|带来)",
    ),
    _entry(
        "legal",
        CERTAIN,
        300,
        "未经 非经",
        r"(未经|非经)[^。]{0,20}(许可|授权|允许|同意)[^。]{0,20}(不得|禁止|请勿|严禁|谢绝|转载|复制)[^。]{0,60}[。!]?$",
    ),
    _entry(
        "legal",
        CERTAIN,
        300,
        "转载 转发 引用",
        r"(转载|转发|引用)[^。]{0,10}(请|须|需|务必|应)[^。]{0,6}(注明|标明|保留|联系|附上)",
    ),
    _entry(
        "legal", CERTAIN, 400, "代表", r"(文章|本文|以上内容|上述内容)[^。]{0,16}(仅代表|只代表)(作者|其)?(本人|个人)?"
    ),
    _entry("legal", CERTAIN, 400, "上传并发布", r"(自媒体|用户)[^。]{0,16}上传并发布[^。]{0,20}(信息存储|存储空间)"),
    _entry(
        "legal",
        STRONG,
        200,
        "合作",
        r"(媒体|商务|广告|内容|友链|业务)合作[^。]{0,10}(请联系|联系|:|咨询|邮箱|电话|qq|微信)",
    ),
    _entry(
        "legal",
        STRONG,
        100,
        "地址 邮编 邮政 电话 传真 邮箱 mail 热线 技术支持 主办 承办 运营 维护",
        r"^(地址|邮编|邮政编码|电话|传真|邮箱|e-?mail|客服电话|客服热线|服务热线|联系电话|举报电话|举报邮箱|投稿邮箱|新闻热线|热线|编辑部电话|技术支持|主办单位|主办|承办单位|承办|运营单位|建设维护|运行维护)[:].{1,80}$",
    ),
    _entry(
        "legal",
        STRONG,
        30,
        "- @ 0 1 2 3 4 5 6 7 8 9 [email",
        r"^\+?[\d-]{7,18}$|^[\w.+-]+@[\w-]+\.[\w.]{2,20}$|^\[email.?protected\]$",
    ),
    _entry(
        "legal",
        STRONG,
        140,
        "我们 隐私 条款 服务 地图 声明 本站 信息 反馈 英才",
        r"^[^。,]{0,60}(关于我们|联系我们|隐私(政策|声明|条款|权)|服务条款|使用条款|广告服务|网站地图|法律声明|关于本站|招聘信息|意见反馈|诚聘英才)[^。,]{0,60}(关于我们|联系我们|联系方|隐私|条款|广告|网站地图|声明|招聘|反馈|简介|举报|合作)[^。,]{0,60}$",
    ),
    _entry(
        "legal",
        CERTAIN,
        200,
        "建议使用 最佳浏览 网站由 本站由",
        r"建议使用[^。]{0,16}(浏览器|分辨率|ie\d)|最佳浏览(效果|分辨率)|本(网站|站)由.{2,20}(维护|建设|制作|提供)",
    ),
    # Clocks and weather of the page: the day it was fetched.
    _entry(
        "clock",
        STRONG,
        40,
        "年 今 现",
        r"^(今天是|现在是|当前时间|今日|今天)?:?\d{4}年\d{1,2}月\d{1,2}日,?(星期|周|礼拜)[一二三四五六日天](农历.*|\d{1,2}:\d{2}(:\d{2})?)?$",
    ),
    _entry(
        "clock",
        CERTAIN,
        60,
        "今天是 现在是 当前时间 系统时间 北京时间",
        r"^(今天是|现在是|当前时间|系统时间|北京时间是?)[:,]?\d{0,4}",
    ),
    # Where the reader is.
    _entry(
        "navigation",
        CERTAIN,
        120,
        "位置 当前 在这里 您现在",
        r"^[【\[(]?(您?你?(现在)?的?(所在)?(当前)?位置|当前位置|所在位置|目前位置|当前所在|您现在(的位置)?(是)?|您在这里|你在这里|当前页面)[】\])]?(是)?[:>»]",
    ),
    _entry(
        "navigation",
        CERTAIN,
        140,
        "> » › → \\ 首页/ 主页/ home/",
        r"^(网站|.{1,12})?(首页|主页|home|网)(-?[>»›→\\]|>>|--?>|/[^/]{1,12}$)",
    ),
    _entry(
        "navigation",
        STRONG,
        100,
        "> » › →",
        r"^[^。,>»›]{1,14}([>»›→]{1,2}[^。,>»›]{1,20})+[>»›→]{0,2}(正文|内容|详情|文章|列表)?$",
    ),
    _entry("navigation", STRONG, 90, "正文 内容 详情", r"(>|»|›|→|/)(正文|内容|详情)$"),
    _entry(
        "navigation",
        STRONG,
        400,
        "栏目 导航 频道 热门",
        r"^(旗下栏目|栏目导航|网站导航|热门(城市|频道|栏目)|频道|栏目|全部频道|导航|相关栏目)[:]",
    ),
    _entry(
        "navigation",
        STRONG,
        30,
        "登 注册",
        r"^(登录|登入|注册|您好,?|欢迎您?,?|hi,?)+(请|来到|光临)?.{0,12}(登录|登入|注册|退出)",
    ),
    _entry(
        "navigation",
        STRONG,
        40,
        "返回 进入 回到 更多 查看 点击 浏览",
        r"^(返回|进入|回到|更多|查看|点击|浏览)(更多|全部|进入|查看|下载)?.{0,10}(首页|频道|专题|列表|顶部|目录|新闻|>+|»|视频|图片|客户端)$",
    ),
    _entry(
        "navigation",
        STRONG,
        40,
        "输入 选择 搜",
        r"^(请)?(输入|选择).{0,10}(关键[字词]|搜索|验证码|密码|用户名|邮箱)|^(站内)?搜[索寻].{0,6}$",
    ),
    _entry(
        "navigation",
        STRONG,
        60,
        "浏览器 javascript",
        r"(您的|你的|当前)浏览器(不支持|版本过低|未启用|禁用)|请(开启|启用)javascript|yourbrowserdoesnotsupport|javascript(isdisabled|mustbeenabled)",
    ),
    _entry(
        "navigation",
        CERTAIN,
        40,
        "字 字体 打印 关闭 列印",
        r"^[【\[(]?(字号|字体|字级|文字大小|字体大小)[】\])]?[:]?.{0,4}(大|小|a[-+]|默认|\[|缩小|t)|缩小字体|放大字体|^【?打印(本页|此页)?】?(【?关闭(窗口)?】?)?$|^[【\[]?关闭(本页|窗口|此页)[】\]]?$|友善(列印|打印)",
    ),
    _entry(
        "navigation",
        CERTAIN,
        40,
        "【 [ (",
        r"^([【\[(](大|中|小|打印|关闭|收藏|纠错|分享|返回顶部|返回|推荐|评论|转发)[】\])]){2,}|^[【\[](打印|关闭|纠错|收藏|打印本稿|我要纠错|返回顶部|关闭窗口)[】\]]",
    ),
    _entry(
        "navigation",
        STRONG,
        30,
        "播 听 暂停 放 读 :",
        r"^(语音播报|听新闻|听全文|点击播放|视频加载中|播放|暂停|试听|朗读|收听本文|00:00).{0,8}$|^\d{1,2}:\d{2}/\d{1,2}:\d{2}$",
    ),
    # Pagers.
    _entry("pager", CERTAIN, 160, "一", r"^[【\[<«(]?(上|下|前|后)一(篇|条|则|页|章|节|个|主题|话题|文)[】\]>)]?[:>»]"),
    _entry(
        "pager",
        CERTAIN,
        120,
        "上一 下一 第 共 页 /",
        r"^([【\[<«(]?(上|下|前|后)一(篇|页|条|则|章|张)[】\]>»)]?){2,}|^(首页|第一页)?[|]?上一页|^共\d{1,4}[页条](\d|,|上|首|第|:).*$|^第?\d{1,3}/\d{1,4}页?$|^\d{1,3}页/\d{1,4}",
    ),
    _entry(
        "pager",
        STRONG,
        60,
        "点击 展开 查看 阅读 浏览 余下 剩余",
        r"^(点击|展开|查看|阅读|浏览|余下|剩余)[^。]{0,8}(全文|原文|余下|更多|剩余)[^。]{0,6}$",
    ),
    _entry("pager", STRONG, 40, "1 2 3", r"^(«|‹|<|<<)?(\d{1,3}[|,.…]*){3,}(下一页|>|>>|»|›|next|尾页)$"),
    # Share bars.
    _entry(
        "share",
        CERTAIN,
        80,
        "分享 转发 收藏 点赞 评论 举报 打赏 赞 推荐",
        r"^(一键)?分享(到|至|给|本文|让更多)[^。,]{0,40}$|^(分享|转发|收藏|点赞|评论|举报|打赏|赞|推荐)(\d{0,6}[|·/]?(分享|转发|收藏|点赞|评论|举报|打赏|赞|推荐)){1,}\d{0,6}$",
    ),
    _entry(
        "share",
        CERTAIN,
        120,
        "右上角 浏览器 点击底部 扫一扫 朋友圈 给好友",
        r"(点击)?右上角[^。]{0,12}(分享|朋友圈|微信好友|菜单)|(使用)?浏览器(的)?分享功能|(打开)?微信,?点击底部|使用[“\"]?扫一扫[”\"]?即可|分享至?(我的)?朋友圈。?$|发送给好友",
    ),
    _entry(
        "share",
        STRONG,
        60,
        "扫 长按 识别",
        r"^(用)?微信(扫一扫|扫描|扫码)|^(请)?(扫一扫|扫描|长按|识别)[^。]{0,20}(二维码|关注|下载|分享|手机)|扫码(关注|下载|阅读|分享|打开|加入|进群|查看)",
    ),
    _entry(
        "advert",
        CERTAIN,
        200,
        "二维码 关注 订阅 搜索 蓝字",
        r"(扫描|长按|识别|扫一?扫)[^。]{0,20}二维码|(关注|订阅|搜索)[^。,]{0,16}(公众号|微信号|官方微[信博]|订阅号)|点击(上方|下方|标题下)?[^。]{0,4}蓝字",
    ),
    _entry(
        "advert",
        STRONG,
        120,
        "下载 打开 安装 微信 qq",
        r"(下载|打开|安装)[^。,]{0,16}(客户端|app|手机版)[^。]{0,20}$|(点击|立即|免费)下载[^。]{0,12}$|(加|添加)(小编|客服|老师)?(微信|qq群?)[号:]?[^。]{0,20}\w{5,}",
    ),
    _entry(
        "advert",
        STRONG,
        100,
        "更多 想 欲知 最新 第一时间",
        r"^(更多|想看更多|想了解更多|欲知|最新|第一时间)[^。]{0,30}(请关注|敬请关注|关注|尽在|下载|欢迎关注|上.{1,8}网)[^。]{0,40}[。!]?$",
    ),
    _entry(
        "advert",
        STRONG,
        40,
        "end 完 广告 ad 推广 ▼ 戳",
        r"^[-—=_*·•.~]{0,6}(end|the end|完|正文完|全文完|广告|ad|推广)[-—=_*·•.~]{0,6}$|^▼{2,}|^戳",
    ),
    # Related lists.
    _entry(
        "related",
        STRONG,
        40,
        "相关 推荐 热门 延伸 更多 最新 精彩 今日 本周 往期 热点 近期 猜你 24 48 可能 大家 其他",
        r"^[【\[(#■◆●★▍|/]*(相关|推荐|热门|延伸|更多|最新|精彩|今日|本周|往期|热点|近期|猜你|24小时|48小时|你可能|您可能|大家|其他)(的)?(新闻|阅读|文章|推荐|链接|报道|报导|稿件|专题|视频|资讯|话题|图集|图片|内容|精彩|热文|热点|热搜|喜欢|感兴趣|都在看|还在看|帖子|主题|标签|搜索|排行|排行榜|消息|信息|课程|产品|商品|关键词|人物|公告|动态)(的)?(新闻|推荐|阅读|内容|文章|排行|榜|列表)?[】\])>»:：/|]*(更多[>»]*)?$",
    ),
    _entry(
        "related",
        STRONG,
        300,
        "相关 延伸 推荐 友情 热门 此前 往期 拓展 扩展 点击进入",
        r"^(相关(新闻|阅读|文章|链接|报道|专题|推荐|稿件)|延伸阅读|推荐阅读|友情链接|热门(标签|搜索|关键词)|此前报道|往期回顾|拓展阅读|扩展阅读|更多相关新闻|点击进入专题)[:：】]",
    ),
    _entry(
        "related",
        STRONG,
        80,
        "关键 标签 tag 热词 话题 分类 归类 专题",
        r"^(关键[词字](阅读)?|标签|tags?|相关标签|文章标签|热词|话题|分类|归类|所属专题|专题)[:：].{0,70}$",
    ),
    _entry("related", STRONG, 40, "排行 榜", r"^.{0,10}(排行榜|点击榜|热榜|人气榜|排行)$"),
    # Comments.
    _entry(
        "comments",
        CERTAIN,
        120,
        "评论 跟贴 跟帖 留言 回应",
        r"^(网友)?(评论|跟贴|跟帖|留言|回应)[(\[]?\d{0,8}(条|人|个|则)?(参与|评论|跟贴)?[)\]]?(\||$|:)",
    ),
    _entry(
        "comments",
        CERTAIN,
        80,
        "参与 评论 跟贴 跟帖 留言 回应",
        r"\d+(人|条)(参与|跟贴|跟帖|评论)|^留言列表|^(已有|共有?|查看全部|全部)\d*(条|则|位|人)?.{0,6}(评论|留言|跟贴|回应)|\d+(条|则|个)(评论|留言|跟贴|回应)[>»]*$",
    ),
    _entry(
        "comments",
        CERTAIN,
        160,
        "文明 理性 遵守 登录 评论 留言 还可 我来说",
        r"(文明上网|理性发言|文明发言|遵守.{0,6}(公约|法律法规|评论)|登录.{0,4}(后)?(才能|可|即可|发表|参与)?(评论|跟贴|发贴|留言|回复)|网友评论仅供|网友(评论|留言)只代表|请先登录|还可(以)?输入\d+字|发表(评论|您的|你的看法)|我来说两句|评论仅代表)",
    ),
    _entry(
        "comments",
        STRONG,
        60,
        "举报 回复 赞 支持 反对 顶 踩",
        r"^[\d:年月日前小时分钟天./-]{0,20}((举报|回复|赞|支持|反对|顶|踩|收藏)[()\d|·\[\]]*){1,6}$",
    ),
)

SPACED: tuple[Entry, ...] = (
    _entry(
        "legal",
        CERTAIN,
        300,
        "copyright © rights",
        r"(copyright|©)\W{0,4}(\(c\)|©)?\W{0,4}((19|20)\d\d|by\b|[a-z .,&]{2,40}(19|20)\d\d)|\ball rights reserved\b",
    ),
    _entry(
        "legal",
        CERTAIN,
        400,
        "cookie",
        r"\b(we|this (web)?site|our (web)?site) uses? cookies\b|\bby (continuing to (use|browse)|using this (web)?site).{0,60}(cookies|agree|consent)",
    ),
    _entry(
        "legal",
        STRONG,
        200,
        "privacy terms cookie",
        r"\b(privacy policy|terms of (use|service)|cookie policy|terms (and|&) conditions)\b.{0,120}\b(contact|about|privacy|terms|cookie|policy|sitemap)\b",
    ),
    _entry(
        "share",
        CERTAIN,
        60,
        "share tweet email print pin follow",
        r"^share (this|on|via|to|with)\b.{0,40}$|^(click to )?(share|tweet|email|print|pin)( (this|on|it|to|a link).{0,40})?$|^follow us( on\b.{0,40})?$",
    ),
    _entry(
        "related",
        STRONG,
        60,
        "elated ecommended opular rending ecent atest most more you also read see don't urther what",
        r"^(related|recommended|popular|trending|recent|latest|most (read|popular|viewed)|more (from|in|on|stories)|you (may|might) (also )?(like|enjoy)|also (read|see|on)|read (next|also|more)|see also|don't miss|further reading|what to read next)\b[^.]{0,40}:?$",
    ),
    _entry(
        "comments",
        CERTAIN,
        60,
        "comment reply replies response email",
        r"^(leave|post|add|write) (a|your) (comment|reply)\b|^\d+ (comments?|replies|responses)\b.{0,20}$|^(be the first to comment|comments are closed|log ?in to (comment|reply)|your email address will not be published)",
    ),
    _entry(
        "advert",
        CERTAIN,
        90,
        "advertisement sponsored story continue article",
        r"^(advertisement|sponsored( content| post)?|story continues below( advertisement)?|continue reading below|article continues (below|after))\b.{0,30}$",
    ),
    _entry(
        "advert",
        STRONG,
        160,
        "subscribe sign enter inbox",
        r"\b(subscribe|sign up)\b.{0,40}\b(newsletter|updates|inbox|email|today|now|free)\b|\benter your e-?mail\b|^get .{0,60}\b(in|to) your inbox\b",
    ),
    _entry(
        "pager",
        STRONG,
        50,
        "read continue view show see load previous next older newer page",
        r"^(read|continue|view|show|see|load) (the )?(more|full|rest|reading|entire|original|all)\b.{0,24}$|^(previous|next|older|newer)( (post|article|page|story|entry|entries))?( ?[:>»→]|$)|^page \d+ of \d+$",
    ),
    _entry(
        "navigation",
        STRONG,
        100,
        "home you skip jump",
        r"^home( ?[>»›/|] ?[^.]{1,40}){1,6}$|^you are here\b|^(skip|jump) to (main |the )?(content|navigation|search)",
    ),
)


# Which entries a character can begin a need of, as bits: only those are tried. Surest entries first.
_ORDERED = sorted([*PATTERNS, *SPACED], key=lambda entry: -entry.strength)
_IS_SPACED = [entry in SPACED for entry in _ORDERED]
_BITS: dict[str, int] = {}
for _position, _each in enumerate(_ORDERED):
    for _need in _each.needs:
        _BITS[_need[0]] = _BITS.get(_need[0], 0) | 1 << _position


def word_class(view: str) -> str | None:
    """The reason of a whole line or menu cell without spaces, by the word list."""
    return WORDS.get(view) or WORDS.get(view.strip("•·●■◆▪»›-*|[]【】<>: "))


def find(view: str, spaced: str) -> Entry | None:
    """The surest entry that a folded line matches: `view` has no spaces, `spaced` has single ones."""
    bits = 0
    for char in set(view):
        bits |= _BITS.get(char, 0)
    while bits:
        lowest = bits & -bits
        bits ^= lowest
        position = lowest.bit_length() - 1
        entry = _ORDERED[position]
        text = spaced if _IS_SPACED[position] else view
        if len(text) <= entry.limit and any(need in text for need in entry.needs) and entry.pattern.search(text):
            return entry
    return None
