using CafeIA.Federation.Node.Accounts;
using CafeIA.Federation.Node.Hubs;
using CafeIA.Federation.Node.Hubs.Recovery;
using CafeIA.Federation.Node.Journal;
using CafeIA.Federation.Protocol;
using CafeIA.Federation.Protocol.Identifiers;
using CafeIA.Federation.Protocol.Sequencing;

namespace CafeIA.Federation.Node.Api;

/// <summary>Creates, replaces and withdraws entries of this node's hub. Whoever may not write learns nothing else: the key is judged first.</summary>
internal sealed class EntryWrites(IHubCommands hub, HubRegister hubs, JournalReader journals, OwnStanding standing, Callers callers, TimeProvider time)
{
    private const int MaxIdempotencyKey = 255;

    /// <param name="request">The whole request.</param>
    /// <param name="kind">What is created.</param>
    /// <param name="judge">From the sent bytes to the canonical body.</param>
    /// <param name="path">Where entries of the kind are served, such as <c>/api/v1/events</c>.</param>
    /// <param name="cancellation">The request's; what is committed by then stays.</param>
    public async Task<IResult> CreateAsync(HttpRequest request, EntryKind kind, Func<ReadOnlyMemory<byte>, Result<byte[]>> judge, string path, CancellationToken cancellation)
    {
        var prepared = await PrepareAsync(request, sent => ValueTask.FromResult(judge(sent)), cancellation);
        if (!prepared.IsOk)
            return new Refused(prepared.Refusal);
        var (command, body) = prepared.Value;
        var written = await hub.SubmitAsync(new(EntryId.New(time), true, kind, ChangeOp.Put, body, command), cancellation);
        if (!written.IsOk)
            return new Refused(written.Refusal);
        request.HttpContext.Response.Headers.Location = $"{path}/{written.Value.Entry}";
        return Receipt(request, written.Value, kind, StatusCodes.Status201Created);
    }

    /// <param name="request">The whole request.</param>
    /// <param name="id">As the address has it.</param>
    /// <param name="kind">What is replaced.</param>
    /// <param name="judge">From the sent bytes, and the entry's present body where there is one, to the canonical body.</param>
    /// <param name="cancellation">The request's; what is committed by then stays.</param>
    public async Task<IResult> ReplaceAsync(HttpRequest request, string id, EntryKind kind, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>?, Result<byte[]>> judge, CancellationToken cancellation)
    {
        var prepared = await PrepareAsync(
            request,
            async sent => judge(sent, EntryId.TryParse(id, out var entry) ? (await journals.FindCurrentAsync(entry, cancellation))?.Change.Change.Body : null),
            cancellation);
        if (!prepared.IsOk)
            return new Refused(prepared.Refusal);
        var (command, body) = prepared.Value;
        return await WriteAsync(request, id, kind, ChangeOp.Put, body, command, cancellation);
    }

    public async Task<IResult> WithdrawAsync(HttpRequest request, string id, EntryKind kind, CancellationToken cancellation)
    {
        var caller = await callers.IdentifyAsync(request, cancellation);
        if (!caller.IsOk)
            return new Refused(caller.Refusal);
        var command = Command(request, caller.Value);
        return command.IsOk
            ? await WriteAsync(request, id, kind, ChangeOp.Withdraw, null, command.Value, cancellation)
            : new Refused(command.Refusal);
    }

    private async Task<IResult> WriteAsync(HttpRequest request, string id, EntryKind kind, ChangeOp op, byte[]? body, CommandId command, CancellationToken cancellation)
    {
        var expected = EntryTag.Expected(request);
        if (!expected.IsOk)
            return new Refused(expected.Refusal);
        // What a restored database lacks may be on its way back: then nobody is told that it does not exist.
        if (standing.Sentence() is { } doubt)
            return new Refused(HubRefusals.Doubted(doubt));
        if (!EntryId.TryParse(id, out var entry) || await journals.FindCurrentAsync(entry, cancellation) is not { } current || current.Change.Change.Header.Kind != kind)
            return new Refused(new("entry-not-found", "Cette fiche n’existe pas sur ce nœud."));
        if (!current.Change.Hub.IsLocal)
            return new Refused(NotYours(current.Change.Hub));
        var written = await hub.SubmitAsync(new(entry, false, kind, op, body is null ? null : (ReadOnlyMemory<byte>?)body, command, expected.Value), cancellation);
        if (!written.IsOk)
            return new Refused(written.Refusal);
        return op == ChangeOp.Put ? Receipt(request, written.Value, kind, StatusCodes.Status200OK) : Results.NoContent();
    }

    private async Task<Result<(CommandId Command, byte[] Body)>> PrepareAsync(HttpRequest request, Func<ReadOnlyMemory<byte>, ValueTask<Result<byte[]>>> judge, CancellationToken cancellation)
    {
        var caller = await callers.IdentifyAsync(request, cancellation);
        if (!caller.IsOk)
            return caller.Refusal;
        var command = Command(request, caller.Value);
        if (!command.IsOk)
            return command.Refusal;
        var sent = await RequestBody.ReadAsync(request, cancellation);
        if (!sent.IsOk)
            return sent.Refusal;
        var body = await judge(sent.Value);
        return body.IsOk ? (command.Value, body.Value) : body.Refusal;
    }

    private static Result<CommandId> Command(HttpRequest request, string account)
    {
        var key = request.Headers["Idempotency-Key"].ToString();
        if (key.Length == 0)
            return CommandId.None;
        return key.Length <= MaxIdempotencyKey
            ? CommandId.From(account, key)
            : new Refusal("bad-idempotency-key", $"La clé d’idempotence compte au plus {MaxIdempotencyKey} caractères.", "Idempotency-Key");
    }

    private static Refusal NotYours(KnownHub owner) => new(
        "not-yours",
        owner.Address is { } address
            ? $"Cette fiche est celle du hub « {owner.Name} » : elle se modifie sur son nœud, {address}."
            : $"Cette fiche est celle du hub « {owner.Name} » : elle se modifie sur son nœud.",
        "hub");

    private IResult Receipt(HttpRequest request, Sequenced written, EntryKind kind, int status)
    {
        request.HttpContext.Response.Headers.ETag = EntryTag.Of(written.Position);
        return ApiAnswer.Json(
            new WrittenDocument(
                written.Entry.Value,
                hubs.Local.Id.ToString(),
                written.Position.ToString(),
                Links.Page(request, kind, written.Entry),
                written.Repeated),
            status);
    }
}
