"""A Chinese place name in Latin letters: the name itself by its sound, what kind of place it is by
its meaning (`Conghua District`), as GB 17733 has it for names shown to those who do not read Chinese.
"""

# What ends a name, how it sounds, and what it is called; the longest first.
GENERICS = (
    ("社区居民委员会", "shequjuminweiyuanhui", "Community", "Comunidade"),
    ("村民委员会", "cunminweiyuanhui", "Village", "Aldeia"),
    ("居民委员会", "juminweiyuanhui", "Community", "Comunidade"),
    ("社区居委会", "shequjuweihui", "Community", "Comunidade"),
    ("街道办事处", "jiedaobanshichu", "Subdistrict", "Subdistrito"),
    ("特别行政区", "tebiexingzhengqu", "Special Administrative Region",
     "Região Administrativa Especial"),
    ("村委会", "cunweihui", "Village", "Aldeia"),
    ("居委会", "juweihui", "Community", "Comunidade"),
    ("自治县", "zizhixian", "Autonomous County", "Condado Autónomo"),
    ("社区", "shequ", "Community", "Comunidade"),
    ("街道", "jiedao", "Subdistrict", "Subdistrito"),
    ("省", "sheng", "Province", "Província"),
    ("市", "shi", "City", "Cidade"),
    ("县", "xian", "County", "Condado"),
    ("区", "qu", "District", "Distrito"),
    ("镇", "zhen", "Town", "Vila"),
    ("乡", "xiang", "Township", "Município"),
    ("村", "cun", "Village", "Aldeia"),
)  # fmt: skip
LANGUAGES = ("en", "pt")
GENERIC_WORDS = frozenset(
    word.lower() for *_, english, portuguese in GENERICS for word in (english, portuguese)
)


def latin(name: str, sound: str, lang: str) -> str:
    """`latin("从化区", "conghuaqu", "en")` is `Conghua District`; any other language keeps the name."""
    if lang not in LANGUAGES or not sound:
        return name
    for ending, spoken, english, portuguese in GENERICS:
        if name.endswith(ending) and sound.endswith(spoken) and sound != spoken:
            own = sound.removesuffix(spoken).capitalize()
            return f"{own} {english}" if lang == "en" else f"{portuguese} {own}"
    return sound.capitalize()
