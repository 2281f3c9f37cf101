// The fixed words of a page, in the language the reader chose before, else in the browser's.
export class Words {
  constructor(texts) {
    this.texts = texts;
    this.language = localStorage.getItem("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");
  }

  of(key) {
    return this.texts[this.language][key];
  }

  speak(within = document) {
    document.documentElement.lang = this.language === "zh" ? "zh-CN" : "en";
    for (const each of within.querySelectorAll("[data-text]")) each.textContent = this.of(each.dataset.text);
    // What a button acts on is heard only where its own word does not tell it.
    for (const each of within.querySelectorAll("[data-of]")) {
      each.setAttribute("aria-label", `${this.of(each.dataset.text)}: ${this.of(each.dataset.of)}`);
    }
  }

  change() {
    this.language = this.language === "zh" ? "en" : "zh";
    localStorage.setItem("language", this.language);
    this.speak();
  }
}
