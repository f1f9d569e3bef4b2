namespace CafeIA.Federation.Protocol;

/// <summary>Why something a user or a peer sent was not taken: a value, not an exception.</summary>
/// <param name="Code">Stable, machine-readable, lower-case words joined by hyphens, such as <c>end-before-start</c>.</param>
/// <param name="Message">A sentence in French that the person who sent it understands.</param>
/// <param name="Field">The field at fault as a path in the sent document, such as <c>place.commune</c>; null when it is the whole.</param>
public sealed record Refusal(string Code, string Message, string? Field = null)
{
    /// <summary>The line of a file the refusal is about, counted from 1; null outside files.</summary>
    public int? Line { get; init; }

    /// <summary>What the person may have meant, such as the communes that share a name; empty when there is nothing to choose.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];
}

/// <summary>Either a value or the <see cref="Protocol.Refusal"/> that stands in its place.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly struct Result<T>
{
    private readonly T? value;

    private Result(T? value, Refusal? refusal)
    {
        this.value = value;
        Refusal = refusal;
    }

    /// <summary>Null when there is a value.</summary>
    public Refusal? Refusal { get; }

    /// <summary>True when <see cref="Value"/> can be read.</summary>
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsOk => Refusal is null;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public T Value => Refusal is null ? value! : throw new InvalidOperationException($"{Refusal.Code}: {Refusal.Message}");

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Refusal refusal) => new(default, refusal);
}
