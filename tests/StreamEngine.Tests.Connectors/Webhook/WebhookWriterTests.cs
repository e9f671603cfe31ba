using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamEngine.Connectors.Webhook;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Tests.Connectors.Webhook;

/// <summary>Alerts to a real web server: what arrives, and what is done when it is away, slow or unwilling.</summary>
public sealed class WebhookWriterTests
{
    private static readonly SinkInput _alerts = new("spikes", StreamKind.Alerts, "demo");

    [Fact]
    public async Task An_alert_arrives_as_it_is_with_its_key_and_the_headers_of_the_graph()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var writer = Writer(receiver, headers: new() { ["Authorization"] = "Bearer abc def" });
        Append(writer, Alert("i1", 1, 5, "Żabka „ok”"), Alert("i1", 2, 7, "x"));
        await writer.FlushAsync(default);

        Assert.Equal((0, 0L, false), (writer.PendingRows, writer.PendingBytes, writer.IsFlushDue));
        Assert.Equal(["i1-1", "i1-2"], receiver.Requests.Select(r => r.Key));
        var first = receiver.Requests[0];
        Assert.Equal(Alert("i1", 1, 5, "Żabka „ok”"), first.Body);
        Assert.Equal(("/hooks/token-4711", "application/json", "Bearer abc def"), (first.Path, first.Headers["Content-Type"], first.Headers["Authorization"]));
        Assert.StartsWith("StreamEngine/", first.Headers["User-Agent"]);
        Assert.False(first.Headers.ContainsKey(WebhookSignature.Header));
    }

    [Fact]
    public async Task The_signature_is_an_hmac_over_time_and_body_that_a_receiver_can_check()
    {
        await using var receiver = await Receiver.StartAsync();
        var time = new ManualTime(DateTimeOffset.FromUnixTimeSeconds(1_772_323_200));
        await using var writer = new WebhookWriter(new WebhookSettings { Url = receiver.Url, Secret = "schlüssel" }, time, NullLogger.Instance);
        await writer.OpenAsync([_alerts], default);
        Append(writer, Alert("i1", 1, 5, "é"));
        await writer.FlushAsync(default);

        var request = receiver.Requests.Single();
        var signed = Encoding.UTF8.GetBytes("1772323200.").Concat(request.Body).ToArray();
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("schlüssel"), signed));
        Assert.Equal($"t=1772323200,v1={expected}", request.Headers[WebhookSignature.Header]);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(408)]
    public async Task A_receiver_that_is_busy_or_broken_gets_the_same_alert_again_and_the_later_ones_after_it(int status)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.AnswerWith(status, status, status);
        var log = new RecordingLogger();
        await using var writer = Writer(receiver, log);
        Append(writer, Alert("i1", 1, 5, "x"), Alert("i2", 1, 5, "y"));
        await writer.FlushAsync(default);

        Assert.Equal(["i1-1", "i1-1", "i1-1", "i1-1", "i2-1"], receiver.Requests.Select(r => r.Key));
        Assert.Single(log.Warnings, line => line.Contains($"it answers {status}"));
        Assert.Single(log.All, line => line.Contains("answers again after"));
        Assert.Equal(0, writer.State.Refused);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(302)]
    public async Task An_alert_that_is_refused_for_good_is_logged_and_counted_and_the_next_goes_on(int status)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.AnswerWith(204, status);
        var log = new RecordingLogger();
        await using var writer = Writer(receiver, log);
        Append(writer, Alert("i1", 1, 5, "x"), Alert("i1", 2, 5, "x"), Alert("i1", 3, 5, "x"));
        await writer.FlushAsync(default);

        Assert.Equal(["i1-1", "i1-2", "i1-3"], receiver.Requests.Select(r => r.Key));
        Assert.Equal((1L, 0), (writer.State.Refused, writer.PendingRows));
        Assert.Contains($"it answers {status}", Assert.Single(log.Warnings, line => line.Contains("refuses alert i1-2")));
    }

    [Fact]
    public async Task A_receiver_that_is_down_and_comes_back_gets_everything_once_and_in_order()
    {
        await using var receiver = await Receiver.StartAsync();
        var log = new RecordingLogger();
        await using var writer = Writer(receiver, log);
        Append(writer, Alert("i1", 1, 5, "x"));
        await writer.FlushAsync(default);
        await receiver.StopAsync();
        Append(writer, Alert("i1", 2, 5, "x"), Alert("i1", 3, 5, "x"));
        var flushing = writer.FlushAsync(default);
        await Eventually.Holds(() => log.Warnings.Count > 0, "a line says that nobody answers");
        await receiver.StartAgainAsync();
        await flushing;

        Assert.Equal(["i1-1", "i1-2", "i1-3"], receiver.Requests.Select(r => r.Key));
        Assert.Contains("nobody answers there", log.Warnings[0]);
    }

    [Fact]
    public async Task A_receiver_that_is_too_slow_is_given_up_after_the_timeout_and_asked_again_with_the_same_key()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async (_, context) =>
        {
            if (receiver.Requests.Count <= 2)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        };
        var log = new RecordingLogger();
        await using var writer = Writer(receiver, log, timeout: TimeSpan.FromMilliseconds(300));
        Append(writer, Alert("i1", 1, 5, "x"));
        await writer.FlushAsync(default);

        Assert.True(receiver.Requests.Count >= 3);
        Assert.All(receiver.Requests, request => Assert.Equal("i1-1", request.Key));
        Assert.Contains("no answer within 0.3 s", log.Warnings[0]);
    }

    [Fact]
    public async Task A_wait_that_the_receiver_asks_for_is_kept_as_far_as_the_graph_allows()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, context) =>
        {
            context.Response.StatusCode = receiver.Requests.Count == 1 ? StatusCodes.Status429TooManyRequests : StatusCodes.Status200OK;
            context.Response.Headers.RetryAfter = "86400";
            return Task.CompletedTask;
        };
        await using var writer = Writer(receiver);
        Append(writer, Alert("i1", 1, 5, "x"));
        await writer.FlushAsync(default);
        Assert.Equal(2, receiver.Requests.Count);
    }

    [Fact]
    public async Task What_was_taken_before_a_flush_was_stopped_is_not_sent_again_by_the_next()
    {
        await using var receiver = await Receiver.StartAsync();
        using var stop = new CancellationTokenSource();
        receiver.Answer = async (request, context) =>
        {
            context.Response.StatusCode = request.Key == "i1-2" && !stop.IsCancellationRequested ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status204NoContent;
            if (context.Response.StatusCode != StatusCodes.Status204NoContent)
            {
                await stop.CancelAsync();
            }
        };
        await using var writer = Writer(receiver);
        Append(writer, Alert("i1", 1, 5, "x"), Alert("i1", 2, 5, "x"), Alert("i1", 3, 5, "x"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.FlushAsync(stop.Token));
        Assert.Equal(2, writer.PendingRows);
        await writer.FlushAsync(default);

        Assert.Equal(1, receiver.Requests.Count(r => r.Key == "i1-1"));
        Assert.Equal(1, receiver.Requests.Count(r => r.Key == "i1-3"));
    }

    [Fact]
    public async Task Neither_token_headers_nor_secret_are_in_any_message()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async (request, context) =>
        {
            context.Response.StatusCode = receiver.Requests.Count == 1 ? StatusCodes.Status500InternalServerError : StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync($"no {request.Headers["X-Key"]} on {request.Path}\nsorry");
        };
        var log = new RecordingLogger();
        await using var writer = Writer(receiver, log, headers: new() { ["X-Key"] = "top-secret" }, secret: "sign-secret");
        Append(writer, Alert("i1", 1, 5, "x"));
        await writer.FlushAsync(default);
        await receiver.StopAsync();
        Assert.Contains(log.All, line => line.Contains("sorry"));
        Assert.DoesNotContain(log.All, line => line.Contains("top-secret") || line.Contains("token-4711") || line.Contains("sign-secret"));
    }

    [Fact]
    public async Task Mild_alerts_are_passed_over_where_the_graph_says_so()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var writer = new WebhookWriter(new WebhookSettings { Url = receiver.Url, MinSeverity = 6 }, TimeProvider.System, NullLogger.Instance);
        await writer.OpenAsync([_alerts], default);
        Append(writer, Alert("i1", 1, 5, "x"), Alert("i1", 2, 6, "x"));
        Assert.Equal(1, writer.PendingRows);
        await writer.FlushAsync(default);
        Assert.Equal(["i1-2"], receiver.Requests.Select(r => r.Key));
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("""{"incident_id":"i1","severity":4}""")]
    [InlineData("""{"incident_id":"i1\r\nX: y","sequence":1,"severity":4}""")]
    [InlineData("""{"incident_id":7,"sequence":1,"severity":4}""")]
    public async Task What_is_no_alert_is_refused_before_it_is_sent(string document)
    {
        await using var writer = new WebhookWriter(new WebhookSettings { Url = new Uri("http://localhost:1/") }, TimeProvider.System, NullLogger.Instance);
        await writer.OpenAsync([_alerts], default);
        Assert.Throws<FormatException>(() => Append(writer, Encoding.UTF8.GetBytes(document)));
        await Assert.ThrowsAsync<SinkException>(() => writer.OpenAsync([new SinkInput("window", StreamKind.Windows, "demo")], default));
    }

    private static WebhookWriter Writer(Receiver receiver, ILogger? log = null, Dictionary<string, string>? headers = null, string secret = "", TimeSpan? timeout = null)
    {
        var settings = new WebhookSettings
        {
            Url = receiver.Url,
            Headers = System.Collections.Immutable.ImmutableDictionary.CreateRange(headers ?? []),
            Secret = secret,
            Timeout = timeout ?? TimeSpan.FromSeconds(30),
            MaxRetryDelay = TimeSpan.FromMilliseconds(20),
        };
        return new WebhookWriter(settings, TimeProvider.System, log ?? NullLogger.Instance);
    }

    private static void Append(WebhookWriter writer, params byte[][] alerts)
    {
        foreach (var alert in alerts)
        {
            writer.Append(0, new SinkRecord("brand"u8, alert, default, 0));
        }
    }

    private static byte[] Alert(string incident, int sequence, int severity, string brand) =>
        Encoding.UTF8.GetBytes($$"""{"schema":"alert.v1","incident_id":"{{incident}}","sequence":{{sequence}},"severity":{{severity}},"brand":"{{brand}}"}""");
}
