using System.Text.Json;

namespace Harness.Tests.Parity.Reports.Html;

/// <summary>The page as a browser shows it.</summary>
public sealed class BrowserTests(Browser browser) : IClassFixture<Browser>
{
    const string Hostile = "\"'><script>hacked=1</script><img src=x onerror=hacked=1><!--</style>\u202Ebidi";

    static readonly string s_long = new('w', 300);

    [BrowserTheory]
    [InlineData(390, false)]
    [InlineData(390, true)]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    public async Task Nothing_is_wider_than_the_window_and_nothing_is_hard_to_read(int width, bool dark)
    {
        await browser.Open(PageCases.Render(PageCases.Gate(s_long)), width, dark);
        await browser.Evaluate("""
            document.querySelectorAll('button.open').forEach(b => b.click());
            document.querySelectorAll('details').forEach(d => { d.open = true; });
            """);

        (await browser.Evaluate("innerWidth")).GetInt32().Should().Be(width);
        (await browser.Evaluate("document.documentElement.scrollWidth")).GetInt32().Should().BeLessThanOrEqualTo(width);
        var wide = await browser.Evaluate("""
            [...document.body.querySelectorAll('*:not(.skip):not(svg *)')].filter(e => {
              const box = e.getBoundingClientRect();
              return box.width > 0 && box.height > 0 && (box.right > innerWidth + 1 || box.left < -1);
            }).map(e => e.outerHTML.slice(0, 200))
            """);
        wide.EnumerateArray().Select(one => one.GetString()).Should().BeEmpty();
        var pale = await browser.Evaluate(Pale);
        pale.EnumerateArray().Select(one => one.GetString()).Should().BeEmpty();
        (await browser.Evaluate("document.querySelectorAll('tr.more').length")).GetInt32().Should().Be(20);
        browser.Complaints.Should().BeEmpty();
    }

    // Every text that is seen, against what is painted behind it: https://www.w3.org/TR/WCAG22/#contrast-minimum
    const string Pale = """
        (() => {
          const parse = text => {
            const numbers = text.match(/-?[\d.]+(e-?\d+)?/g).map(Number);
            const [r, g, b, a = 1] = numbers;
            return text.startsWith('color(') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
          };
          const over = (top, under) => top.slice(0, 3).map((x, i) => x * top[3] + under[i] * (1 - top[3]));
          const behind = element => {
            const layers = [];
            for (let e = element; e; e = e.parentElement) {
              const colour = parse(getComputedStyle(e).backgroundColor);
              if (colour[3] > 0) layers.push(colour);
              if (colour[3] === 1) break;
            }
            return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
          };
          const luminance = colour => {
            const [r, g, b] = colour.map(x => x / 255)
              .map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const found = new Set();
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || element.closest('script, style, title, symbol')) continue;
            if (!element.checkVisibility()) continue;
            const style = getComputedStyle(element);
            const back = behind(element);
            const front = over(parse(element instanceof SVGElement ? style.fill : style.color), back);
            const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a);
            const ratio = (light + 0.05) / (dark + 0.05);
            if (ratio < 4.5) found.add(`${ratio.toFixed(2)} ${element.outerHTML.slice(0, 120)}`);
          }
          return [...found];
        })()
        """;

    [BrowserFact]
    public async Task Names_of_a_model_are_text_and_its_scripts_do_not_run()
    {
        await browser.Open(PageCases.Render(PageCases.Gate(Hostile)));

        (await browser.Evaluate("typeof hacked")).GetString().Should().Be("undefined");
        (await browser.Evaluate("document.scripts.length")).GetInt32().Should().Be(1);
        (await browser.Evaluate("document.querySelector('article h3.name').textContent")).GetString().Should()
            .Contain(Hostile.Replace("\u202E", "[U+202E]"));
        browser.Complaints.Should().BeEmpty();
        // And if one had got through, the page's policy would have stopped it.
        await browser.Evaluate("""
            const script = document.createElement('script');
            script.textContent = 'window.hacked = 1';
            document.body.append(script);
            """);
        (await browser.Evaluate("typeof hacked")).GetString().Should().Be("undefined");
        browser.Complaints.Should().NotBeEmpty();
    }

    [BrowserFact]
    public async Task Cases_are_sorted_by_keyboard_and_what_is_no_number_comes_last()
    {
        await browser.Open(PageCases.Page);
        await Focus("float64");

        await browser.Press("Enter");

        (await Sorting("float64")).Should().Be("descending");
        var names = await Names();
        names.Should().HaveCount(23);
        names[0].Should().Be("golden/models/red");
        names[1].Should().Be("golden/ops/op19");
        names[^1].Should().Be("golden/ops/unreadable");

        await browser.Press("Enter");

        (await Sorting("float64")).Should().Be("ascending");
        names = await Names();
        names[0].Should().Be("golden/ops/op00");
        names[^2].Should().Be("golden/models/red");
        names[^1].Should().Be("golden/ops/unreadable");

        await Focus("case");
        await browser.Press("Enter");

        (await Sorting("case")).Should().Be("ascending");
        (await Sorting("float64")).Should().BeNull();
        (await Names()).Should().BeInAscendingOrder(StringComparer.Ordinal);
        browser.Complaints.Should().BeEmpty();
    }

    [BrowserFact]
    public async Task The_worst_nodes_of_a_case_are_sorted_too()
    {
        await browser.Open(PageCases.Page);
        await browser.Evaluate("document.querySelector('article table.sorted th button').focus()");

        await browser.Press("Enter");
        await browser.Press("Enter");

        var order = await browser.Evaluate("""
            [...document.querySelector('article table.sorted').tBodies[0].rows].map(row => +row.cells[0].textContent)
            """);
        order.EnumerateArray().Select(number => number.GetInt32()).Should().HaveCount(10).And.BeInAscendingOrder();
    }

    [BrowserFact]
    public async Task A_slash_begins_a_search_and_escape_ends_it()
    {
        await browser.Open(PageCases.Page);

        await browser.Press("/");
        await browser.Type("OP1 holds");

        (await Shown()).Should().HaveCount(10).And.OnlyContain(name => name.StartsWith("golden/ops/op1"));
        (await browser.Evaluate("document.getElementById('shown').textContent")).GetString().Should()
            .Be("10 of 23 cases shown");
        (await browser.Evaluate("document.querySelectorAll('article:not([hidden])').length")).GetInt32().Should()
            .Be(1, "what is of no single case stays");

        await browser.Press("Escape");

        (await Shown()).Should().HaveCount(23);

        await browser.Type("layer2.0.conv1");

        (await browser.Evaluate("document.querySelectorAll('article[data-case]:not([hidden])').length")).GetInt32()
            .Should().Be(1, "a card is found by its nodes");
        browser.Complaints.Should().BeEmpty();
    }

    [BrowserFact]
    public async Task States_filter_and_a_case_that_holds_unfolds()
    {
        await browser.Open(PageCases.Page);

        await browser.Evaluate("document.querySelector('button[data-state=warns]').click()");
        (await Shown()).Should().Equal("golden/models/grew");
        (await browser.Evaluate("document.querySelector('button[data-state=warns]').ariaPressed")).GetString().Should()
            .Be("true");

        await browser.Evaluate("document.querySelector('button[data-state=all]').click()");
        const string Row = "document.querySelector('tr.more')";
        (await browser.Evaluate($"{Row}.checkVisibility()")).GetBoolean().Should().BeFalse();
        await browser.Evaluate("document.querySelector('button.open').focus()");
        await browser.Press("Enter");
        (await browser.Evaluate($"{Row}.checkVisibility() && {Row}.querySelector('.detail').checkVisibility()"))
            .GetBoolean().Should().BeTrue();
        (await browser.Evaluate("document.querySelector('button.open').ariaExpanded")).GetString().Should().Be("true");
    }

    [BrowserFact]
    public async Task Without_scripts_the_page_says_the_same()
    {
        await browser.Open(PageCases.Page, scripts: false);

        (await browser.Evaluate("document.documentElement.className")).GetString().Should().BeEmpty();
        (await browser.Evaluate("document.querySelector('.tools').checkVisibility()")).GetBoolean().Should().BeFalse();
        (await browser.Evaluate("""
            [...document.querySelectorAll('tr.more summary')].every(summary => summary.checkVisibility())
            """)).GetBoolean().Should().BeTrue();
        (await Names()).Should().HaveCount(23);
    }

    async Task Focus(string column) => await browser.Evaluate(
        $"[...document.querySelectorAll('.cases > thead button')].find(b => b.textContent === '{column}').focus()");

    async Task<string?> Sorting(string column) => (await browser.Evaluate(
        $"[...document.querySelectorAll('.cases > thead th')].find(th => th.textContent === '{column}').ariaSort"))
        .GetString();

    async Task<List<string>> Names() => Strings(await browser.Evaluate(
        "[...document.querySelectorAll('.cases > tbody > tr.row .name')].map(name => name.textContent)"));

    async Task<List<string>> Shown() => Strings(await browser.Evaluate(
        "[...document.querySelectorAll('.cases > tbody:not([hidden]) > tr.row .name')].map(name => name.textContent)"));

    static List<string> Strings(JsonElement texts) => [.. texts.EnumerateArray().Select(text => text.GetString()!)];
}
