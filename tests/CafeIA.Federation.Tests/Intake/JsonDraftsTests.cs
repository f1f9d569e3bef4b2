using System.Text;
using CsCheck;
using Xunit;
using static CafeIA.Federation.Tests.Intake.Drafts;

namespace CafeIA.Federation.Tests.Intake;

public sealed class JsonDraftsTests
{
    [Theory]
    [InlineData("[\n{\"title\":\"A\"},\n{\"title\":\"\"},\n{\"title\":\"C\"}]")]
    [InlineData("{\"title\":\"A\"}\n{\"title\":\"\"}\n{\"title\":\"C\"}\n")]
    [InlineData("{\"version\":[1],\n\"events\":[{\"title\":\"A\"},{\"title\":\"\"},{\"title\":\"C\"}]}")]
    public async Task An_array_lines_and_lists_are_read_record_by_record(string text)
    {
        var drafts = await ReadAsync(text);

        Assert.Equal([("A", null), (null, "required"), ("C", null)], drafts.Select(d => (d.Event?.Title, d.Refusal?.Code)));
    }

    [Fact]
    public async Task Each_record_is_named_by_its_line()
    {
        var drafts = await ReadAsync("[\n  {\"title\":\n \"A\"},\n\n  {\"title\":1},\n  {\"title\":\"C\"}\n]");

        Assert.Equal([2, 5, 6], drafts.Select(d => d.Line));
        Assert.Equal(("wrong-type", "title", 5), (drafts[1].Refusal?.Code, drafts[1].Refusal?.Field, drafts[1].Refusal?.Line));
    }

    [Fact]
    public async Task A_record_s_own_source_stays_its_source()
    {
        var drafts = await ReadAsync("""[{"title":"A","source":{"name":"Lettre","uid":"l-1"}},{"title":"B","source":{"uid":"2"}},{"title":"C"}]""");

        Assert.Equal(["l-1", "2", drafts[2].Uid], drafts.Select(d => d.Uid));
        Assert.Equal(["Lettre", "essai", "essai"], drafts.Select(d => d.Event?.Source?.Name));
        Assert.StartsWith("sha256-", drafts[2].Uid, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resources_stand_in_their_list_or_say_their_kind()
    {
        var drafts = await ReadAsync("""{"resources":[{"title":"Kit","type":"kit"}],"events":[{"title":"A"},{"kind":"resource","title":"Jeu"}]}""");

        Assert.Equal(["Kit", null, "Jeu"], drafts.Select(d => d.Resource?.Title));
        Assert.Equal("A", drafts[1].Event?.Title);
        Assert.DoesNotContain("kind", Encoding.UTF8.GetString(Node.Directory.Content.ContentBody.Write(drafts[2].Resource!)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_breaks_off_gives_what_is_whole_and_says_where()
    {
        var drafts = await ReadAsync("[\n{\"title\":\"A\"},\n{\"title\":\"B\"");

        Assert.Equal("A", drafts[0].Event?.Title);
        Assert.Equal(("invalid-json", 3, true), (drafts[1].Refusal?.Code, drafts[1].Refusal?.Line ?? 0, drafts[1].EndsEarly));
    }

    [Fact]
    public async Task One_broken_line_of_many_costs_itself_only()
    {
        var drafts = await ReadAsync("{\"title\":\"A\"}\n{\"title\":\n{\"title\":\"C\"}\n");

        Assert.Equal([("A", null), (null, "invalid-json"), ("C", null)], drafts.Select(d => (d.Event?.Title, d.Refusal?.Code)));
        Assert.Equal(2, drafts[1].Refusal?.Line);
    }

    [Fact]
    public async Task A_record_over_64_KiB_costs_itself_only()
    {
        var drafts = await ReadAsync($$"""[{"title":"A","x":"{{new string('x', 70_000)}}"},{"title":"B"}]""");

        Assert.Equal([(null, "body-too-large"), ("B", null)], drafts.Select(d => (d.Event?.Title, d.Refusal?.Code)));
    }

    [Fact]
    public async Task No_damage_to_a_document_makes_it_throw()
    {
        var good = Encoding.UTF8.GetBytes("""{"events":[{"title":"A","start":"2026-12-03"},{"title":"B"}],"resources":[{"title":"Kit"}]}""");
        await Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, 20]).SampleAsync(
            async (at, value, cut) => { await ReadAsync(good[..at].Append(value).Concat(good[Math.Min(good.Length, at + cut)..]).ToArray()); }, iter: 1000, threads: 1);
    }
}
