using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Harness.Tests.Parity.Reports.Html;

/// <summary>A headless Chromium of this machine, one page of it, spoken to by the devtools protocol
/// (https://chromedevtools.github.io/devtools-protocol/).</summary>
public sealed class Browser : IAsyncLifetime, IDisposable
{
    static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    // A machine that does five other things at once starts one in ten seconds.
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    readonly TemporaryFolder _folder = new();
    readonly ClientWebSocket _socket = new();
    readonly List<JsonNode> _events = [];
    Process? _process;
    int _last;

    /// <summary>Why there is none; null where there is one.</summary>
    public static string? Missing => Found is null
        ? $"no headless browser: none of {string.Join(", ", s_names)} is on PATH (apt-get install chromium)" : null;

    static string? Found => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => s_names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>What the page complained of since it was opened: exceptions, errors of the console, and whatever its
    /// policy kept it from.</summary>
    public IEnumerable<string> Complaints => _events.Where(one => (string?)one["method"] switch
    {
        "Runtime.exceptionThrown" => true,
        "Runtime.consoleAPICalled" => (string?)one["params"]!["type"] is "error" or "warning" or "assert",
        "Log.entryAdded" => (string?)one["params"]!["entry"]!["level"] is "error" or "warning",
        _ => false,
    }).Select(one => one.ToJsonString());

    public async Task InitializeAsync()
    {
        if (Found is not { } program) return;
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in new[]
        {
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-extensions", "--disable-background-networking", "--disable-component-update",
            "--hide-scrollbars", "--remote-debugging-port=0", $"--user-data-dir={_folder["profile"]}", "about:blank",
        })
        {
            start.ArgumentList.Add(argument);
        }
        _process = Process.Start(start)!;
        // Nobody reads what it says of buses and screens that are not there; a full pipe would stop it.
        _process.ErrorDataReceived += (_, _) => { };
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await _socket.ConnectAsync(await PageAddress(), CancellationToken.None);
        foreach (string domain in new[] { "Page", "Runtime", "Log" }) await Send($"{domain}.enable");
    }

    public async Task DisposeAsync()
    {
        if (_process is { } process)
        {
            try
            {
                if (_socket.State == WebSocketState.Open) await Send("Browser.close");
            }
            catch (Exception e) when (e is WebSocketException or TimeoutException)
            {
                // It went before it answered.
            }
            if (!process.WaitForExit(5000)) process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
    }

    public void Dispose()
    {
        _process?.Dispose();
        _socket.Dispose();
        _folder.Dispose();
    }

    /// <summary>Opens a page as a phone or a desk would show it.</summary>
    /// <param name="html">The page.</param>
    /// <param name="width">Of the window, in pixels.</param>
    /// <param name="dark">Whether its reader prefers dark pages.</param>
    /// <param name="scripts">False where scripts do not run.</param>
    public async Task Open(string html, int width = 1280, bool dark = false, bool scripts = true)
    {
        string file = _folder["page.html"];
        await File.WriteAllTextAsync(file, html);
        await Send("Emulation.setDeviceMetricsOverride", new()
        {
            ["width"] = width, ["height"] = 800, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600,
        });
        await Send("Emulation.setEmulatedMedia", new()
        {
            ["features"] = new JsonArray(new JsonObject
            {
                ["name"] = "prefers-color-scheme", ["value"] = dark ? "dark" : "light",
            }),
        });
        await Send("Emulation.setScriptExecutionDisabled", new() { ["value"] = !scripts });
        // Another address each time: the same one with a fragment would not be loaded again.
        await Navigate("about:blank");
        await Navigate(new Uri(file).AbsoluteUri);
    }

    async Task Navigate(string address)
    {
        _events.Clear();
        await Send("Page.navigate", new() { ["url"] = address });
        while (_events.TrueForAll(one => (string?)one["method"] != "Page.loadEventFired")) await Receive();
    }

    /// <summary>What an expression gives on the page.</summary>
    public async Task<JsonElement> Evaluate(string expression)
    {
        var answer = await Send("Runtime.evaluate", new()
        {
            ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true,
        });
        answer["exceptionDetails"].Should().BeNull(expression);
        return JsonElement.Parse(answer["result"]!["value"]?.ToJsonString() ?? "null");
    }

    /// <summary>Presses a key.</summary>
    /// <param name="key">Its name: <c>Enter</c>, <c>/</c>.</param>
    public async Task Press(string key)
    {
        string? text = key == "Enter" ? "\r" : key.Length == 1 ? key : null;
        var down = new JsonObject
        {
            ["type"] = "keyDown", ["key"] = key,
            ["windowsVirtualKeyCode"] = key switch { "Enter" => 13, "Escape" => 27, _ => (int)key[0] },
        };
        if (text is not null) down["text"] = text;
        await Send("Input.dispatchKeyEvent", down);
        await Send("Input.dispatchKeyEvent", new() { ["type"] = "keyUp", ["key"] = key });
    }

    /// <summary>Types letters where the cursor is.</summary>
    public async Task Type(string text) => await Send("Input.insertText", new() { ["text"] = text });

    async Task<Uri> PageAddress()
    {
        string file = Path.Combine(_folder["profile"], "DevToolsActivePort");
        var clock = Stopwatch.StartNew();
        using var client = new HttpClient();
        while (clock.Elapsed < s_patience)
        {
            await Task.Delay(50);
            if (!File.Exists(file) || (await File.ReadAllLinesAsync(file)) is not [var port, _, ..]) continue;
            foreach (var target in JsonNode.Parse(
                await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/json/list")))!.AsArray())
            {
                if ((string?)target!["type"] == "page") return new Uri((string)target["webSocketDebuggerUrl"]!);
            }
        }
        throw new TimeoutException($"{Found} did not open a page within {s_patience}");
    }

    async Task<JsonNode> Send(string method, JsonObject? parameters = null)
    {
        int id = ++_last;
        byte[] message = JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] });
        await _socket.SendAsync(message, WebSocketMessageType.Text, true, CancellationToken.None);
        while (true)
        {
            var answer = await Receive();
            if ((int?)answer["id"] != id) continue;
            answer["error"].Should().BeNull(method);
            return answer["result"]!;
        }
    }

    async Task<JsonNode> Receive()
    {
        using var patience = new CancellationTokenSource(s_patience);
        using var text = new MemoryStream();
        var buffer = new byte[1 << 16];
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer, patience.Token);
                text.Write(buffer, 0, part.Count);
                if (part.EndOfMessage) break;
            }
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException("the browser does not answer", e);
        }
        var message = JsonNode.Parse(text.ToArray())!;
        if (message["method"] is not null) _events.Add(message);
        return message;
    }
}

/// <summary>A fact that a browser has to look at; skipped, saying so, where this machine has none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Browser.Missing;
}

/// <summary>A theory that a browser has to look at; skipped, saying so, where this machine has none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = Browser.Missing;
}
