using System.Security.Cryptography;
using CafeIA.Federation.Protocol.Heads;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Membership;

namespace CafeIA.Federation.Tests.Protocol.Membership;

/// <summary>A higher version of a steward counts; nothing else does.</summary>
public sealed class MembershipTrustTests
{
    private static readonly HubSigner Pinned = TestHub.Signer;
    private static readonly HubSigner Second = TestHub.OtherSigner;
    private static readonly HubSigner Stranger = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    private static readonly MembershipTrust Trust = new(TestHub.Federation, key => key.Id == Pinned.PublicKey.Id);

    [Fact]
    public void Only_a_pinned_steward_signs_the_first_version()
    {
        Assert.Equal(MembershipVerdict.Accepted, Trust.Judge(Version(1, Pinned), null, null));
        Assert.Equal(MembershipVerdict.Accepted, Trust.Judge(Version(7, Pinned), null, null));
        // It lists itself as a steward, which says nothing.
        Assert.Equal(MembershipVerdict.UnknownSteward, Trust.Judge(Version(1, Stranger, [Stranger]), null, null));
        Assert.Equal(MembershipVerdict.OtherFederation, Trust.Judge(Version(1, Pinned, federation: "ailleurs"), null, null));
    }

    [Fact]
    public void A_steward_that_the_version_before_lists_signs_the_next()
    {
        var first = Version(1, Pinned, [Pinned, Second]);
        Assert.Equal(MembershipVerdict.Accepted, Trust.Judge(Version(2, Second, [Second]), first, null));
        Assert.Equal(MembershipVerdict.UnknownSteward, Trust.Judge(Version(2, Stranger, [Stranger, Pinned]), first, null));
        // Taken off the list, and not pinned: no more.
        var second = Version(2, Pinned, [Pinned]);
        Assert.Equal(MembershipVerdict.UnknownSteward, Trust.Judge(Version(3, Second), second, first));
    }

    [Fact]
    public void A_lower_or_equal_version_changes_nothing()
    {
        var held = Version(3, Pinned);
        Assert.Equal(MembershipVerdict.Held, Trust.Judge(held, held, null));
        Assert.Equal(MembershipVerdict.Held, Trust.Judge(Version(2, Pinned), held, null));
        // Signed again, the same bytes are the same document.
        Assert.Equal(MembershipVerdict.Held, Trust.Judge(SignedMembership.Sign(held.Document, Pinned), held, null));
    }

    [Fact]
    public void Of_two_documents_of_one_version_all_nodes_hold_the_same_in_whatever_order_they_come()
    {
        var before = Version(1, Pinned, [Pinned, Second]);
        for (var i = 0; i < 20; i++)
        {
            var one = Version(2, Pinned, name: $"un {i}");
            var other = Version(2, Second, name: $"autre {i}");
            Assert.Equal(Hold(before, one, other).Identity, Hold(before, other, one).Identity);
        }
        // A stranger makes no conflict.
        Assert.Equal(MembershipVerdict.UnknownSteward, Trust.Judge(Version(2, Stranger, name: "faux"), Version(2, Pinned), before));
    }

    [Fact]
    public void A_steward_that_only_the_loser_of_a_conflict_lists_ends_it_by_the_next_version()
    {
        var before = Version(1, Pinned, [Pinned, Second]);
        var winner = Version(2, Pinned, [Pinned], name: "un");
        var loser = Version(2, Second, [Second, Stranger], name: "autre");
        var next = Version(3, Stranger, [Stranger]);
        Assert.Equal(MembershipVerdict.UnknownSteward, Trust.Judge(next, winner, before));
        Assert.Equal(MembershipVerdict.Accepted, Trust.Judge(next, winner, before, [loser]));
        // Only for the version right after it.
        Assert.Equal(MembershipVerdict.UnknownSteward, Trust.Judge(Version(4, Stranger, [Stranger]), Version(3, Pinned, [Pinned]), winner, [loser]));
    }

    private static SignedMembership Hold(SignedMembership before, SignedMembership first, SignedMembership then)
    {
        Assert.Equal(MembershipVerdict.Accepted, Trust.Judge(first, before, null));
        var verdict = Trust.Judge(then, first, before);
        Assert.True(verdict is MembershipVerdict.ConflictWon or MembershipVerdict.ConflictLost, verdict.ToString());
        return verdict == MembershipVerdict.ConflictWon ? then : first;
    }

    private static SignedMembership Version(long version, HubSigner signer, HubSigner[]? stewards = null, string name = "Hub", string? federation = null) => SignedMembership.Sign(
        new()
        {
            Federation = federation is null ? TestHub.Federation : FederationId.Parse(federation),
            Version = version,
            At = TestHub.At,
            Stewards = [.. (stewards ?? [Pinned]).Select(s => s.PublicKey)],
            Members = [new Member(TestHub.Id, name, null, Pinned.PublicKey)],
        },
        signer);
}
