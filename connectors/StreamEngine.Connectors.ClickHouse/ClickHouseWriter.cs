using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Http;
using StreamEngine.Connectors.ClickHouse.Records;
using StreamEngine.Connectors.ClickHouse.Tables;
using StreamEngine.Core.Operators;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.ClickHouse;

/// <summary>
/// Writes streams into tables of ClickHouse, as upserts: a row that is sent twice counts once. Used by one thread at a time.
/// </summary>
public sealed class ClickHouseWriter : ISinkWriter
{
    private static readonly TimeSpan _firstRetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly ClickHouseSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly OutageLog _outage;
    private readonly ResiliencePipeline _retry;
    private readonly InsertBody _body;
    private ClickHouseClient? _client;
    private ServerCapabilities? _server;
    private ImmutableArray<TableRows> _tables = [];
    private ImmutableArray<(TableRows Rows, RecordReader Reader)> _inputs = [];
    private WireFormat _format;
    private bool _hasWorked;
    private long _oldestPending;

    /// <summary>Creates a writer. Nothing is connected yet.</summary>
    public ClickHouseWriter(ClickHouseSettings settings, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _time = time;
        _logger = logger;
        _format = settings.Format ?? WireFormat.Native;
        _body = new InsertBody(settings.Compress);
        _outage = new OutageLog(settings.Connection.Url, time, logger);
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<ClickHouseException>(e => e.IsTransient(_hasWorked)),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = _firstRetryDelay < settings.MaxRetryDelay ? _firstRetryDelay : settings.MaxRetryDelay,
                MaxDelay = settings.MaxRetryDelay,
                OnRetry = attempt =>
                {
                    _outage.Failed((ClickHouseException)attempt.Outcome.Exception!);
                    return default;
                },
            })
            .Build();
    }

    /// <inheritdoc/>
    public SinkState State => new(_outage.Current is null, _outage.Retries);

    /// <inheritdoc/>
    public int PendingRows
    {
        get
        {
            var rows = 0;
            foreach (var table in _tables)
            {
                rows += table.Rows;
            }

            return rows;
        }
    }

    /// <inheritdoc/>
    public long PendingBytes
    {
        get
        {
            long bytes = 0;
            foreach (var table in _tables)
            {
                bytes += table.Bytes;
            }

            return bytes;
        }
    }

    /// <summary>Whether there are enough rows, enough bytes, or rows old enough for a flush.</summary>
    public bool IsFlushDue => PendingRows is > 0 and var rows
        && (rows >= _settings.BatchRows || PendingBytes >= _settings.MaxPendingBytes || _time.GetElapsedTime(_oldestPending) >= _settings.FlushEvery);

    /// <inheritdoc/>
    public async Task OpenAsync(IReadOnlyList<SinkInput> inputs, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var definitions = inputs.Select(input => StreamTables.For(input.Kind)).Distinct().ToList();
        try
        {
            _client = new ClickHouseClient(_settings.Connection, _time);
            var types = await _retry.ExecuteAsync(async token => await SetUpAsync(definitions, token).ConfigureAwait(false), stop).ConfigureAwait(false);
            _outage.Succeeded();
            _tables = [.. definitions.Select((table, i) => new TableRows(table, types[i], _settings.BatchRows))];
        }
        catch (ClickHouseException e)
        {
            throw Refused(e);
        }

        _inputs = [.. inputs.Select(input => (_tables[definitions.IndexOf(StreamTables.For(input.Kind))], ReaderOf(input)))];
    }

    /// <inheritdoc/>
    public void Append(int input, in SinkRecord record)
    {
        if (PendingRows == 0)
        {
            _oldestPending = _time.GetTimestamp();
        }

        var (rows, reader) = _inputs[input];
        rows.Append(reader, record);
    }

    /// <inheritdoc/>
    public async Task FlushAsync(CancellationToken stop)
    {
        try
        {
            foreach (var rows in _tables)
            {
                while (rows.Next() is { } block)
                {
                    await SendAsync(rows, block, stop).ConfigureAwait(false);
                    rows.Sent();
                }
            }
        }
        catch (ClickHouseException e)
        {
            throw Refused(e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client?.Dispose();
        _body.Dispose();
        foreach (var table in _tables)
        {
            table.Dispose();
        }

        _tables = [];
        return ValueTask.CompletedTask;
    }

    private static RecordReader ReaderOf(SinkInput input)
    {
        var columns = StreamTables.For(input.Kind).Columns;
        return input.Kind is StreamKind.DeadLetters or StreamKind.Late ? new OriginalRecordReader(input, columns) : new JsonRecordReader(input, columns);
    }

    private async Task<ImmutableArray<ImmutableArray<(string Name, string ServerType)>>> SetUpAsync(IReadOnlyList<TableDefinition> tables, CancellationToken stop)
    {
        _server = await _client!.DescribeAsync(stop).ConfigureAwait(false);
        var types = await new TableSetup(_client, _settings, _server, _logger).RunAsync(tables, stop).ConfigureAwait(false);
        _hasWorked = true;
        return types;
    }

    private async Task SendAsync(TableRows rows, RowBlock block, CancellationToken stop)
    {
        _body.Encode(block, _format);
        try
        {
            await InsertAsync(rows, stop).ConfigureAwait(false);
        }
        catch (ClickHouseException e) when (e.Failure == ClickHouseFailure.Rejected && _settings.Format is null && _format == WireFormat.Native)
        {
            _logger.LogWarning("ClickHouse at {Url} refuses rows in the format Native ({Message}); going on with RowBinary", _settings.Connection.Url, e.Message);
            _format = WireFormat.RowBinary;
            _body.Encode(block, _format);
            await InsertAsync(rows, stop).ConfigureAwait(false);
        }
    }

    private async Task InsertAsync(TableRows rows, CancellationToken stop)
    {
        await _retry.ExecuteAsync(
            async token =>
            {
                try
                {
                    await InsertOnceAsync(rows, token).ConfigureAwait(false);
                }
                catch (ClickHouseException e) when (e.Failure is ClickHouseFailure.NoTable or ClickHouseFailure.NoDatabase && _settings.CreateTables)
                {
                    await MakeAgainAsync(rows, token).ConfigureAwait(false);
                    await InsertOnceAsync(rows, token).ConfigureAwait(false);
                }
            },
            stop).ConfigureAwait(false);
        _outage.Succeeded();
    }

    private Task InsertOnceAsync(TableRows rows, CancellationToken stop)
    {
        var statements = new TableStatements(_settings, _server!);
        return _client!.InsertAsync(statements.Insert(rows.Table, _format), statements.InsertSettings(), _body.Bytes, _settings.Compress, stop);
    }

    /// <summary>Somebody dropped the table, or the server came back without its data: makes it anew.</summary>
    private async Task MakeAgainAsync(TableRows rows, CancellationToken stop)
    {
        _logger.LogWarning("ClickHouse at {Url}: the table {Table} is gone; making it anew, without what it held", _settings.Connection.Url, rows.Table.Name);
        var types = await SetUpAsync([rows.Table], stop).ConfigureAwait(false);
        if (!types[0].SequenceEqual(rows.Types))
        {
            throw new SinkException($"the table {rows.Table.Name} in ClickHouse at {_settings.Connection.Url} was made anew with other types of columns than those of the rows that wait; start again");
        }
    }

    private SinkException Refused(ClickHouseException e) =>
        new($"cannot write to ClickHouse at {_settings.Connection.Url} as user '{_settings.Connection.User}': {OutageLog.Hint(e)} ({e.Message})", e);
}
