using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;

namespace CafeIA.Federation.Tests.Protocol;

public sealed class IdentifierTests
{
    [Theory]
    [InlineData("ab")]
    [InlineData("conseil-national")]
    [InlineData("69")]
    [InlineData("a234567890123456789012345678901234567890")]
    public void A_hub_id_is_read_and_written_as_it_is(string text)
    {
        Assert.True(HubId.TryParse(text, out var hub));
        Assert.Equal(text, hub.ToString());
        Assert.True(FederationId.TryParse(text, out var federation));
        Assert.Equal(text, federation.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a2345678901234567890123456789012345678901")]
    [InlineData("-ab")]
    [InlineData("ab-")]
    [InlineData("Ab")]
    [InlineData("a b")]
    [InlineData("a.b")]
    [InlineData("a/b")]
    [InlineData("é-hub")]
    [InlineData("a\0b")]
    public void What_is_no_hub_id_is_refused(string? text)
    {
        Assert.False(HubId.TryParse(text, out _));
        Assert.False(FederationId.TryParse(text, out _));
        Assert.Throws<FormatException>(() => HubId.Parse(text!));
        Assert.Throws<FormatException>(() => FederationId.Parse(text!));
    }

    [Fact]
    public void An_id_that_was_never_given_is_not_written() => Assert.Throws<InvalidOperationException>(() => default(HubId).ToString());

    [Fact]
    public void An_entry_id_has_one_spelling()
    {
        const string Text = "0190ed00-abcd-7000-8000-000000000001";
        Assert.True(EntryId.TryParse(Text, out var id));
        Assert.Equal(Text, id.ToString());
        var bytes = new byte[EntryId.Size];
        id.Write(bytes);
        Assert.Equal(Text.Replace("-", "", StringComparison.Ordinal), Convert.ToHexStringLower(bytes));
        Assert.Equal(id, EntryId.Read(bytes));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0190ed00abcd70008000000000000001")]
    [InlineData("{0190ed00-abcd-7000-8000-000000000001}")]
    [InlineData("0190ED00-ABCD-7000-8000-000000000001")]
    [InlineData(" 0190ed00-abcd-7000-8000-000000000001 ")]
    [InlineData("+190ed00-abcd-7000-8000-000000000001")]
    [InlineData("0190ed00-abcd-7000-8000-00000000000g")]
    public void What_is_no_entry_id_is_refused(string? text)
    {
        Assert.False(EntryId.TryParse(text, out var id));
        Assert.Equal(default, id);
    }

    [Fact]
    public void A_new_entry_id_is_of_version_7_and_of_its_time()
    {
        var id = EntryId.New(TimeProvider.System);
        Assert.Equal(7, id.Value.Version);
        Assert.NotEqual(id, EntryId.New(TimeProvider.System));
    }

    [Theory]
    [InlineData("1.0", 1, 0)]
    [InlineData("4294967295.18446744073709551615", uint.MaxValue, ulong.MaxValue)]
    public void A_position_is_read_and_written(string text, uint epoch, ulong seq)
    {
        Assert.True(Position.TryParse(text, out var position));
        Assert.Equal(new Position(epoch, seq), position);
        Assert.Equal(text, position.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData(".")]
    [InlineData("1.")]
    [InlineData(".1")]
    [InlineData("1.2.3")]
    [InlineData("-1.2")]
    [InlineData("1. 2")]
    [InlineData("1.+2")]
    [InlineData("4294967296.1")]
    [InlineData("1.18446744073709551616")]
    public void What_is_no_position_is_refused(string text) => Assert.False(Position.TryParse(text, out _));

    [Fact]
    public void Positions_order_by_epoch_then_seq()
    {
        Assert.True(new Position(1, 99) < new Position(2, 1));
        Assert.True(new Position(2, 1) < new Position(2, 2));
    }

    [Fact]
    public void A_command_id_keeps_account_and_key_apart()
    {
        Assert.NotEqual(CommandId.From("ab", "c"), CommandId.From("a", "bc"));
        Assert.Equal(CommandId.From("ab", "c"), CommandId.From("ab", "c"));
        Assert.False(CommandId.From("", "").IsNone);
        Assert.Equal(CommandId.From("ab", "c"), CommandId.Read(CommandId.From("ab", "c").ToArray()));
    }

    [Fact]
    public void A_hash_is_read_and_written_in_hexadecimal()
    {
        var hash = Hash.Of("café"u8);
        Assert.True(Hash.TryParse(hash.ToString(), out var read));
        Assert.Equal(hash, read);
        Assert.False(Hash.TryParse(hash.ToString()[1..], out _));
        Assert.False(Hash.TryParse(string.Concat(hash.ToString().AsSpan(1), "g"), out _));
        Assert.False(Hash.TryParse(null, out _));
    }

    [Fact]
    public void A_refused_result_has_no_value()
    {
        Result<int> refused = new Refusal("code", "Phrase.", "field");
        Assert.False(refused.IsOk);
        Assert.Throws<InvalidOperationException>(() => refused.Value);
        Result<int> ok = 3;
        Assert.Equal(3, ok.Value);
    }
}
