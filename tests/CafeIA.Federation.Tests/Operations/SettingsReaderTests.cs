using CafeIA.Federation.Node.Operations.Settings;
using Xunit;

namespace CafeIA.Federation.Tests.Operations;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("cafeia-settings-").FullName;

    public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);

    [Fact]
    public void With_nothing_set_every_setting_has_its_default()
    {
        var settings = Read();

        Assert.Equal("http://*:8080", settings.Http.Urls);
        Assert.Equal("cafeia", settings.Hub.Federation);
        Assert.Null(settings.Database.ConnectionString);
        Assert.Null(settings.Exchange.BrokerAddress);
    }

    [Fact]
    public void The_file_is_read_and_the_command_line_wins()
    {
        Write("""
            {
              "Hub": { "Id": "nouvelle-aquitaine", "Name": "Nouvelle-Aquitaine", "Territory": ["region:75"] },
              "Broker": { "Address": "amqp://u:p@localhost/" },
              "Federation": { "Peers": [{ "Address": "http://localhost:8080" }] }
            }
            """);

        var settings = Read(("Hub:Id", "autre-hub"));

        Assert.Equal("autre-hub", settings.Hub.Id);
        Assert.Equal(["region:75"], settings.Hub.Territory);
        Assert.Equal("amqp", settings.Exchange.BrokerAddress?.Scheme);
        Assert.Equal(new Uri("http://localhost:8080"), Assert.Single(settings.Exchange.Peers).Address);
    }

    [Theory]
    [InlineData("Hub:Id", "Auvergne Rhône")]
    [InlineData("Hub:Kind", "mairie")]
    [InlineData("Hub:Territory:0", "region84")]
    [InlineData("Http:Urls", "8080")]
    [InlineData("Http:Urls", "https://*:8443")]
    [InlineData("Database:ConnectionString", "n’importe quoi")]
    [InlineData("Broker:Address", "http://localhost")]
    [InlineData("Federation:Peers:0:Address", "localhost")]
    [InlineData("Federation:Peers:0:Fingerprint", "SHA256:abc")]
    [InlineData("Federation:Stewards:0", "SHA256:abc")]
    [InlineData("Orleans:SiloPort", "70000")]
    [InlineData("Orleans:SiloPort", "onze")]
    [InlineData("Telemetry:OtlpEndpoint", "collector")]
    [InlineData("Hub:Nom", "faute de frappe")]
    public void A_wrong_setting_is_refused_by_its_name(string name, string value)
    {
        var refused = Assert.Throws<StartRefusedException>(() => Read((name, value)));

        var stem = name.EndsWith(":0", StringComparison.Ordinal) ? name[..^2] : name;
        Assert.Contains(stem, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_is_never_repeated_in_a_refusal()
    {
        var refused = Assert.Throws<StartRefusedException>(() => Read(("Broker:Address", "ftp://u:motdepasse@localhost"), ("Database:ConnectionString", "Secret=motdepasse")));

        Assert.DoesNotContain("motdepasse", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, refused.Refusals.Count);
    }

    [Fact]
    public void A_broken_file_is_named()
    {
        Write("{ \"Hub\": ");

        Assert.Contains("cafeia.json", Assert.Throws<StartRefusedException>(() => Read()).Message, StringComparison.Ordinal);
    }

    private NodeSettings Read(params (string Name, string Value)[] overrides)
    {
        var all = overrides.ToDictionary(o => o.Name, o => (string?)o.Value);
        all["Data:Folder"] = folder;
        return SettingsReader.Read(all).Settings;
    }

    private void Write(string json) => File.WriteAllText(Path.Combine(folder, "cafeia.json"), json);
}
