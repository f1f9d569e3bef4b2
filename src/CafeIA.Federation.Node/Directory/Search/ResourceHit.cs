using CafeIA.Federation.Node.Directory.Content;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Node.Directory.Search;

/// <summary>A resource as it is listed and shown.</summary>
/// <param name="UsedAt">Events of the directory that name it among the resources used there.</param>
internal sealed record ResourceHit(
    EntryId Entry,
    KnownHub Hub,
    Position Position,
    DateTimeOffset FirstAt,
    DateTimeOffset ChangedAt,
    ResourceContent Content,
    int UsedAt);
