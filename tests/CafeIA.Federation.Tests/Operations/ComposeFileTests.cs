using System.Text.RegularExpressions;
using CafeIA.Federation.Node.Exchange.Broker;
using CafeIA.Federation.Node.Operations.Commands;
using CafeIA.Federation.Node.Operations.Settings;
using CafeIA.Federation.Protocol.Identifiers;
using Npgsql;

namespace CafeIA.Federation.Tests.Operations;

/// <summary>docker-compose.yml holds what the code holds: settings by their real names, ports, users, addresses.</summary>
public sealed partial class ComposeFileTests : IDisposable
{
    private const string Secret = "s3cret";

    private readonly ComposeFile compose = new();
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("cafeia-compose-").FullName;

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    [Fact]
    public void Every_setting_of_every_node_is_one_the_code_reads()
    {
        Assert.Equal(3, compose.Nodes.Count);
        foreach (var service in compose.Nodes.Values)
        {
            // The reader refuses a name it does not know and a value out of its range.
            var settings = Read(service);
            Assert.NotNull(settings.Database.ConnectionString);
            Assert.Equal(2, settings.Exchange.Peers.Count);
        }
    }

    [Fact]
    public void A_misspelt_setting_would_be_seen()
    {
        var overrides = Overrides(compose.Nodes.Values.First());
        overrides["Hub:Ident"] = "x";

        Assert.Throws<StartRefusedException>(() => SettingsReader.Read(overrides));
    }

    [Fact]
    public void Each_node_listens_where_its_port_and_its_peers_lead()
    {
        var addresses = compose.Nodes.Values.Select(s => Read(s).Hub.Address).ToHashSet();
        var hostPorts = new List<string>();
        foreach (var (name, service) in compose.Nodes)
        {
            var settings = Read(service);
            var port = Assert.Single(settings.Http.Endpoints).Port;
            var published = Assert.Single(ComposeFile.List(service, "ports")).Split(':');
            hostPorts.Add(published[0]);
            Assert.Equal(port.ToString(System.Globalization.CultureInfo.InvariantCulture), published[1]);
            Assert.Equal(new Uri($"http://{name}:{port}"), settings.Hub.Address);
            Assert.All(settings.Exchange.Peers, p => Assert.Contains(p.Address, addresses));
            Assert.DoesNotContain(settings.Hub.Address, settings.Exchange.Peers.Select(p => p.Address));
        }
        Assert.Equal(["8080", "8081", "8082"], hostPorts.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_node_is_the_user_of_its_hub_on_the_broker()
    {
        foreach (var service in compose.Nodes.Values)
        {
            var settings = Read(service);
            var broker = settings.Exchange.BrokerAddress!;
            Assert.Equal($"{BrokerNames.UserOf(settings.Hub.HubId)}:{Secret}", broker.UserInfo);
            Assert.Contains(broker.Host, compose.Services.Keys);
            Assert.Equal($"${{{BrokerCommand.VariableOf(settings.Hub.HubId)}:?}}", Regex.Match(ComposeFile.Environment(service)["CAFEIA_Broker__Address"], @"\$\{[^}]+\}").Value);
        }
    }

    [Fact]
    public void Each_node_has_a_database_of_its_own_with_the_user_and_password_it_is_made_with()
    {
        var hosts = new HashSet<string>();
        foreach (var service in compose.Nodes.Values)
        {
            var database = new NpgsqlConnectionStringBuilder(ComposeFile.Environment(service)["CAFEIA_Database__ConnectionString"]);
            Assert.True(hosts.Add(database.Host!));
            var server = ComposeFile.Environment(compose.Services[database.Host!]);
            Assert.Equal(server["POSTGRES_USER"], database.Username);
            Assert.Equal(server["POSTGRES_DB"], database.Database);
            Assert.Equal(server["POSTGRES_PASSWORD"], database.Password);
        }
    }

    [Fact]
    public void The_definitions_are_made_for_exactly_the_hubs_that_run()
    {
        var maker = compose.Services["broker-definitions"];
        var command = ComposeFile.List(maker, "command");
        Assert.Equal(["broker", "definitions"], command.Take(2));
        var hubs = command.Where((_, i) => i > 0 && command[i - 1] == "--hub").ToArray();
        Assert.Equal(compose.Nodes.Keys.Order(StringComparer.Ordinal), hubs.Order(StringComparer.Ordinal));
        Assert.Equal(
            hubs.Select(h => BrokerCommand.VariableOf(HubId.Parse(h))).Order(StringComparer.Ordinal),
            ComposeFile.Environment(maker).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_broker_loads_at_every_start_the_file_that_was_made()
    {
        var command = ComposeFile.List(compose.Services["broker-definitions"], "command");
        var made = command[command.ToList().IndexOf("--out") + 1];
        var conf = File.ReadAllLines(Path.Combine(compose.Folder.FullName, "deploy/rabbitmq/rabbitmq.conf"));

        Assert.Contains($"load_definitions = {made}", conf);
        Assert.Contains(ComposeFile.List(compose.Services["broker"], "volumes"), v => v.StartsWith("definitions:" + Path.GetDirectoryName(made), StringComparison.Ordinal));
    }

    [Fact]
    public void No_secret_is_committed_and_each_is_named_in_the_example()
    {
        var text = File.ReadAllText(Path.Combine(compose.Folder.FullName, "docker-compose.yml"));
        var used = Variable().Matches(text).Select(m => m.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);
        var example = File.ReadAllLines(Path.Combine(compose.Folder.FullName, ".env.example")).Where(l => l.Contains('=', StringComparison.Ordinal)).ToArray();

        Assert.All(example, l => Assert.EndsWith("=", l, StringComparison.Ordinal));
        Assert.Equal(used, example.Select(l => l.TrimEnd('=')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_file_that_is_mounted_or_built_from_is_there()
    {
        foreach (var service in compose.Services.Values)
        {
            foreach (var source in ComposeFile.List(service, "volumes").Select(v => v.Split(':')[0]))
            {
                if (source.StartsWith("./", StringComparison.Ordinal))
                    Assert.True(File.Exists(Path.Combine(compose.Folder.FullName, source)), source);
                else
                    Assert.Contains(source, compose.Volumes);
            }
        }
        Assert.True(File.Exists(Path.Combine(compose.Folder.FullName, "deploy/Dockerfile")));
    }

    [Fact]
    public void The_image_exposes_the_port_the_node_listens_on_and_keeps_its_data_folder()
    {
        var dockerfile = File.ReadAllText(Path.Combine(compose.Folder.FullName, "deploy/Dockerfile"));

        Assert.Contains($"EXPOSE {Assert.Single(new HttpOptions().Endpoints).Port}", dockerfile, StringComparison.Ordinal);
        Assert.Contains("CAFEIA_Data__Folder=/var/lib/cafeia", dockerfile, StringComparison.Ordinal);
        Assert.Contains("USER $APP_UID", dockerfile, StringComparison.Ordinal);
    }

    private NodeSettings Read(YamlDotNet.RepresentationModel.YamlMappingNode service) => SettingsReader.Read(Overrides(service)).Settings;

    /// <summary>The environment as the node would read it, given as overrides because those are held against the known names.</summary>
    private Dictionary<string, string?> Overrides(YamlDotNet.RepresentationModel.YamlMappingNode service)
    {
        var overrides = ComposeFile.Environment(service).ToDictionary(
            e => e.Key[SettingsReader.EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal),
            e => (string?)Variable().Replace(e.Value, Secret));
        overrides["Data:Folder"] = folder;
        return overrides;
    }

    [GeneratedRegex(@"\$\{([A-Z_]+):\?\}")]
    private static partial Regex Variable();
}
