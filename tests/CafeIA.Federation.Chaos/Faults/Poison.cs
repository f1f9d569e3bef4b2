using System.Security.Cryptography;
using CafeIA.Federation.Chaos.Audit;
using CafeIA.Federation.Chaos.Stage;
using CafeIA.Federation.Node.Exchange.Broker;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Journal;
using CafeIA.Federation.Protocol.Segments;
using CafeIA.Federation.Protocol.Sequencing;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace CafeIA.Federation.Chaos.Faults;

/// <summary>
/// An administrator of the broker gone bad puts into a node's queue: bytes that mean nothing, true segments with bytes changed (with and without the checksum that fits), and whole
/// segments of another hub that another key signed.
/// </summary>
internal sealed class Poison(FederationStage federation) : Fault
{
    /// <summary>Messages of one strike.</summary>
    private const int Messages = 30;

    /// <summary>The broker takes up to 4.5 MB; a node nothing beyond 4 MiB.</summary>
    private const int Oversized = 4_300_000;

    private const int ChecksumSize = 8;

    private static readonly FederationId Federation = FederationId.Parse("cafeia");

    public override string Name => "poison";

    public override Strike Plan(Random random)
    {
        var victim = One(random, federation.Hubs);
        var author = One(random, [.. federation.Hubs.Where(h => h != victim)]);
        var seed = random.Next();
        return new($"file {victim.Name}", $"{Messages} messages empoisonnés dans la file de {victim.Name}, au nom de {author.Name}", _ => PublishAsync(victim, author, new Random(seed)));
    }

    private async Task PublishAsync(StagedHub victim, StagedHub author, Random random)
    {
        var real = await TakeRealAsync(author);
        try
        {
            await using var connection = await new ConnectionFactory { Uri = federation.Broker.Administrator, AutomaticRecoveryEnabled = false }.CreateConnectionAsync(CancellationToken.None);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: CancellationToken.None);
            for (var i = 0; i < Messages; i++)
            {
                var bytes = Make(i, HubId.Parse(author.Name), real, random);
                await channel.BasicPublishAsync("", BrokerNames.QueueOf(HubId.Parse(victim.Name)), false, new BasicProperties { ContentType = SegmentCodec.ContentType }, bytes, CancellationToken.None);
            }
        }
        catch (Exception e) when (e is BrokerUnreachableException or OperationInterruptedException or AlreadyClosedException or IOException or TimeoutException)
        {
            // The broker is down too: no poison this time.
        }
    }

    private static byte[] Make(int number, HubId hub, byte[]? real, Random random)
    {
        switch (number % 5)
        {
            case 1 when real is not null:
                return Tampered(real, random, fitChecksum: false);
            case 2 when real is not null:
                return Tampered(real, random, fitChecksum: true);
            case 3:
                return Forged(hub, random);
            case 4 when real is not null:
                // A true one, late and for the second time.
                return real;
            default:
                var garbage = new byte[number == 0 ? Oversized : random.Next(1, 5_000)];
                random.NextBytes(garbage);
                return garbage;
        }
    }

    private static byte[] Tampered(byte[] real, Random random, bool fitChecksum)
    {
        var bytes = real.ToArray();
        for (var i = random.Next(1, 4); i > 0; i--)
            bytes[random.Next(bytes.Length - ChecksumSize)] ^= (byte)random.Next(1, 256);
        if (fitChecksum)
            SHA256.HashData(bytes.AsSpan(0, bytes.Length - ChecksumSize)).AsSpan(0, ChecksumSize).CopyTo(bytes.AsSpan(bytes.Length - ChecksumSize));
        return bytes;
    }

    /// <summary>A segment without a fault of form: the key is not the hub's.</summary>
    private static byte[] Forged(HubId hub, Random random)
    {
        using var signer = new HubSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var sequencer = new Sequencer(Federation, hub, signer, JournalState.Empty(), RandomNumberGenerator.Create());
        var intents = Enumerable.Range(0, random.Next(1, 20))
            .Select(i => new Intent(EntryId.New(TimeProvider.System), true, EntryKind.Event, ChangeOp.Put, System.Text.Encoding.UTF8.GetBytes($$"""{"title":"{{JournalReading.Forged}} {{i}}","start":"2027-01-14T18:30"}""")))
            .ToArray();
        var batch = sequencer.Sequence(intents, new Dictionary<EntryId, CurrentChange>(), new Dictionary<CommandId, KnownCommand>(), TimeProvider.System.GetUtcNow()).Batch!;
        return SegmentCodec.Encode(new Segment(batch.Head, 1, [.. batch.Changes.Select(c => c.Change)], [], null));
    }

    private async Task<byte[]?> TakeRealAsync(StagedHub author)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            var bytes = await federation.Client.GetByteArrayAsync(JournalReading.Address(author.Node, author.Name, new Position(1, 0)), patience.Token);
            return bytes.Length > 0 ? bytes : null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }
}
