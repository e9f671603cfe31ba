using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using StreamEngine.Connectors.ClickHouse.Columns;
using StreamEngine.Connectors.ClickHouse.Http;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Connectors.ClickHouse.Tables;

/// <summary>Makes what is missing of database, tables, columns and views, and refuses what does not fit. Can be repeated.</summary>
internal sealed class TableSetup(ClickHouseClient client, ClickHouseSettings settings, ServerCapabilities server, ILogger logger)
{
    private const int DuplicateColumn = 15, UnknownTable = 60, TableExists = 57;

    private readonly TableStatements _statements = new(settings, server);

    /// <summary>Prepares the tables and says which type each column has on the server, in the order of the table's definition.</summary>
    /// <exception cref="SinkException">Something is there that does not fit, or is missing and may not be made.</exception>
    public async Task<ImmutableArray<ImmutableArray<(string Name, string ServerType)>>> RunAsync(IReadOnlyList<TableDefinition> tables, CancellationToken stop)
    {
        await PrepareDatabaseAsync(stop).ConfigureAwait(false);
        var types = ImmutableArray.CreateBuilder<ImmutableArray<(string, string)>>();
        foreach (var table in tables)
        {
            types.Add(await PrepareTableAsync(table, stop).ConfigureAwait(false));
            foreach (var view in settings.CreateTables ? table.Views : [])
            {
                await PrepareViewAsync(table, view, stop).ConfigureAwait(false);
            }
        }

        return types.ToImmutable();
    }

    private async Task PrepareDatabaseAsync(CancellationToken stop)
    {
        var found = await client.QueryAsync($"SELECT name FROM system.databases WHERE name = {Sql.Text(settings.Database)}", stop).ConfigureAwait(false);
        if (found.Rows.Length > 0)
        {
            return;
        }

        if (!settings.CreateTables)
        {
            throw new SinkException($"ClickHouse at {settings.Connection.Url} has no database '{settings.Database}', and create_tables is false; make it or name another");
        }

        await client.ExecuteAsync(_statements.CreateDatabase(), stop).ConfigureAwait(false);
        logger.LogInformation("ClickHouse: made the database {Database}", settings.Database);
    }

    private async Task<ImmutableArray<(string Name, string ServerType)>> PrepareTableAsync(TableDefinition table, CancellationToken stop)
    {
        var columns = await ColumnsAsync(table.Name, stop).ConfigureAwait(false);
        if (columns.Count == 0)
        {
            Require(settings.CreateTables, table, "is missing");
            await client.ExecuteAsync(_statements.CreateTable(table), stop).ConfigureAwait(false);
            logger.LogInformation("ClickHouse: made the table {Table}", Shown(table.Name));
            if (settings.TimeToLive is not null && !server.HasTtl)
            {
                logger.LogWarning("ClickHouse {Version} has no TTL: rows of {Table} are kept for ever", server.Version, Shown(table.Name));
            }
        }
        else
        {
            await AdoptAsync(table, columns, stop).ConfigureAwait(false);
        }

        await CommentAsync(table.Name, table.Columns.Select(column => (column.Name, column.Comment)), stop).ConfigureAwait(false);
        columns = await ColumnsAsync(table.Name, stop).ConfigureAwait(false);
        return [.. table.Columns.Select(column => (column.Name, TypeIn(columns, table, column)))];
    }

    /// <summary>Checks a table that is there already, and adds what columns it lacks.</summary>
    private async Task AdoptAsync(TableDefinition table, Dictionary<string, string> columns, CancellationToken stop)
    {
        var described = await client.QueryAsync(
            $"SELECT engine, sorting_key, create_table_query FROM system.tables WHERE database = {Sql.Text(settings.Database)} AND name = {Sql.Text(settings.TablePrefix + table.Name)}",
            stop).ConfigureAwait(false);
        Require(described.Rows.Length > 0, table, "was dropped while it was looked at");
        var (engine, sortingKey, statement) = (described.Rows[0][0], described.Rows[0][1], described.Rows[0][2]);
        Require(engine.EndsWith("ReplacingMergeTree", StringComparison.Ordinal) || engine == "Distributed", table, $"has the engine {engine}; it must be a ReplacingMergeTree(version), or a row that is sent again counts twice");
        if (engine != "Distributed")
        {
            var key = sortingKey.Replace("`", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
            Require(key == string.Join(',', table.Key), table, $"is ordered by ({sortingKey}); it must be ({string.Join(", ", table.Key)})");
        }

        foreach (var column in table.Columns)
        {
            if (columns.ContainsKey(column.Name))
            {
                TypeIn(columns, table, column);
                continue;
            }

            Require(settings.CreateTables && !table.Key.Contains(column.Name), table, $"has no column {column.Name}");
            await UnlessAnotherDidAsync(_statements.AddColumn(table, column), DuplicateColumn, stop).ConfigureAwait(false);
            logger.LogInformation("ClickHouse: added the column {Column} to {Table}", column.Name, Shown(table.Name));
        }

        if (settings.CreateTables && engine != "Distributed")
        {
            await ChangeTtlAsync(table, statement, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Makes rows expire as the settings say. A TTL that they cannot have made is left where they name none.</summary>
    private async Task ChangeTtlAsync(TableDefinition table, string statement, CancellationToken stop)
    {
        if (_statements.TtlText(table) is { } ttl)
        {
            if (!statement.Contains($"TTL {ttl}", StringComparison.Ordinal))
            {
                await client.ExecuteAsync(_statements.ChangeTtl(table), stop).ConfigureAwait(false);
                logger.LogInformation("ClickHouse: rows of {Table} are kept for {Days:0.##} days from now on", Shown(table.Name), settings.TimeToLive!.Value.TotalDays);
            }
        }
        else if (server.CanRemoveTtl && TableStatements.HasOwnTtl(table, statement))
        {
            await client.ExecuteAsync(_statements.RemoveTtl(table), stop).ConfigureAwait(false);
            logger.LogInformation("ClickHouse: rows of {Table} are kept for ever from now on", Shown(table.Name));
        }
        else if (TableStatements.HasTtl(statement))
        {
            logger.LogWarning("ClickHouse: rows of {Table} still expire, though no ttl is set: its TTL was not made by this sink, or the server ({Version}) is older than 21.1; ALTER TABLE … REMOVE TTL takes it away", Shown(table.Name), server.Version);
        }
    }

    /// <summary>Says what columns mean where nothing is said of them. Rows are written without that too, so a server that refuses it is left alone.</summary>
    private async Task CommentAsync(string name, IEnumerable<(string Name, string Comment)> columns, CancellationToken stop)
    {
        if (!settings.CreateTables || !server.HasComments)
        {
            return;
        }

        var found = await client.QueryAsync(
            $"SELECT name FROM system.columns WHERE database = {Sql.Text(settings.Database)} AND table = {Sql.Text(settings.TablePrefix + name)} AND comment = ''", stop).ConfigureAwait(false);
        var bare = found.Rows.Select(row => row[0]).ToHashSet();
        var missing = columns.Where(column => bare.Contains(column.Name)).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        try
        {
            await client.ExecuteAsync(_statements.CommentColumns(name, missing), stop).ConfigureAwait(false);
        }
        catch (ClickHouseException error) when (error.Failure is ClickHouseFailure.Forbidden or ClickHouseFailure.Rejected or ClickHouseFailure.Server)
        {
            logger.LogInformation("ClickHouse: the columns of {Name} stay without comments: {Reason}", Shown(name), error.Message);
        }
    }

    /// <summary>Makes a view, and makes it anew where its columns or its choice of rows are not those that it should have.</summary>
    private async Task PrepareViewAsync(TableDefinition table, ViewDefinition view, CancellationToken stop)
    {
        var columns = await ColumnsAsync(view.Name, stop).ConfigureAwait(false);
        if (columns.Count > 0)
        {
            var found = await client.QueryAsync(
                $"SELECT engine, create_table_query FROM system.tables WHERE database = {Sql.Text(settings.Database)} AND name = {Sql.Text(settings.TablePrefix + view.Name)}", stop).ConfigureAwait(false);
            Require(found.Rows.Length > 0 && found.Rows[0][0] == "View", table, $"needs the name {settings.TablePrefix}{view.Name} for a view, but that is a table");
            if (view.Columns.All(column => columns.ContainsKey(column.Name)) && columns.Count == view.Columns.Length && Plain(found.Rows[0][1]).EndsWith(Plain($"FINAL {view.Tail}"), StringComparison.Ordinal))
            {
                await CommentAsync(view.Name, Comments(table, view), stop).ConfigureAwait(false);
                return;
            }

            await UnlessAnotherDidAsync(_statements.DropView(view), UnknownTable, stop).ConfigureAwait(false);
        }

        await UnlessAnotherDidAsync(_statements.CreateView(table, view), TableExists, stop).ConfigureAwait(false);
        await CommentAsync(view.Name, Comments(table, view), stop).ConfigureAwait(false);
        logger.LogInformation("ClickHouse: made the view {View}", Shown(view.Name));
    }

    private static IEnumerable<(string Name, string Comment)> Comments(TableDefinition table, ViewDefinition view) =>
        view.Columns.Select(column => (column.Name, column.Comment ?? table.Columns.First(c => c.Name == column.Name).Comment));

    /// <summary>A statement without what servers write in different ways: white space, quotes of names, parentheses.</summary>
    private static string Plain(string statement) => string.Concat(statement.Where(c => !char.IsWhiteSpace(c) && c is not ('`' or '(' or ')')));

    /// <summary>Runs a statement; that another writer was faster, which starts at the same moment, is no error.</summary>
    private async Task UnlessAnotherDidAsync(string statement, int doneCode, CancellationToken stop)
    {
        try
        {
            await client.ExecuteAsync(statement, stop).ConfigureAwait(false);
        }
        catch (ClickHouseException e) when (e.Code == doneCode)
        {
            logger.LogDebug("ClickHouse: another writer did it first: {Statement}", statement);
        }
    }

    private async Task<Dictionary<string, string>> ColumnsAsync(string name, CancellationToken stop)
    {
        var found = await client.QueryAsync(
            $"SELECT name, type FROM system.columns WHERE database = {Sql.Text(settings.Database)} AND table = {Sql.Text(settings.TablePrefix + name)}", stop).ConfigureAwait(false);
        return found.Rows.ToDictionary(row => row[0], row => row[1]);
    }

    private string TypeIn(Dictionary<string, string> columns, TableDefinition table, TableColumn column)
    {
        Require(columns.TryGetValue(column.Name, out var type), table, $"has no column {column.Name}");
        Require(ColumnBuffer.Holds(type!, column.Kind), table, $"has the column {column.Name} of type {type}; it must be {_statements.TypeOf(column.Kind)}");
        return type!;
    }

    private string Shown(string name) => $"{settings.Database}.{settings.TablePrefix}{name}";

    private void Require(bool holds, TableDefinition table, string otherwise)
    {
        if (!holds)
        {
            throw new SinkException($"the table {Shown(table.Name)} in ClickHouse at {settings.Connection.Url} {otherwise}; rename or drop it, or give the sink another database or table_prefix");
        }
    }
}
