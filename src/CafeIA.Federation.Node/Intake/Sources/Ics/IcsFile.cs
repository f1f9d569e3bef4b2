using System.Buffers;
using System.Runtime.CompilerServices;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Intake.Sources.Ics;

/// <summary>Cuts a calendar file into its components as it is read, whatever is wrong with one of them.</summary>
/// <remarks>
/// Written here because a library that parses whole calendars throws at the first bad line of the first bad event; here each component stands alone with its line.
/// </remarks>
internal sealed class IcsFile(Stream file)
{
    /// <summary>Bytes of one component.</summary>
    public const int MaxComponent = 1024 * 1024;

    /// <summary>Components within components; the standard knows two.</summary>
    private const int MaxDepth = 8;

    private readonly Stack<IcsComponent> open = [];
    private readonly ArrayBufferWriter<byte> pending = new(1024);
    private readonly List<IcsComponent> done = [];
    private LineReader? reader;
    private int pendingLine;
    private int size;

    /// <summary>Properties of the calendar itself, such as X-WR-TIMEZONE.</summary>
    public List<IcsProperty> Calendar { get; } = [];

    /// <summary>The file has at least one calendar.</summary>
    public bool HasCalendar { get; private set; }

    /// <summary>After the last component: the file ends before its calendar does.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>The last line read.</summary>
    public int LastLine => reader?.Number ?? 0;

    /// <summary>The file's VEVENT and VTIMEZONE components, each when it ends; one that never ends comes with a refusal.</summary>
    public async IAsyncEnumerable<IcsComponent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        reader = new LineReader(file);
        while (await reader.ReadAsync(cancellationToken))
        {
            Take(reader.Line.Span, reader.Number, reader.IsCut);
            if (done.Count == 0)
                continue;
            foreach (var component in done)
                yield return component;
            done.Clear();
        }
        EndLine();
        IsTruncated = open.Count > 0;
        if (open.LastOrDefault(static component => component.Name != "VCALENDAR") is { } broken)
        {
            broken.Refusal ??= new Refusal("file-truncated", "Le fichier s’arrête au milieu de cet événement.") { Line = broken.Line };
            done.Add(broken);
        }
        foreach (var component in done)
            yield return component;
    }

    private void Take(ReadOnlySpan<byte> line, int number, bool isCut)
    {
        if (line.Length > 0 && line[0] is (byte)' ' or (byte)'\t')
        {
            if (pending.WrittenCount > 0)
                Append(line[1..]);
        }
        else if (IcsProperty.BeginsLikeOne(line))
        {
            EndLine();
            pendingLine = number;
            // What begins and ends components counts for nothing: a component that is too large must still be seen to end.
            if (line.StartsWith("BEGIN:"u8) || line.StartsWith("END:"u8))
                pending.Write(line);
            else
                Append(line);
        }
        else if (line.Length > 0 && pending.WrittenCount > 0)
        {
            // A line broken in mid-text, by a producer that does not fold: the text goes on.
            if (open.TryPeek(out var component))
                component.BrokenFolds.Add(number);
            pending.Write("\\n"u8);
            Append(line);
        }
        if (isCut)
            TooLarge();
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        size += bytes.Length;
        if (size > MaxComponent && open.Any(static component => component.Name != "VCALENDAR"))
            TooLarge();
        else
            pending.Write(bytes);
    }

    private void TooLarge()
    {
        foreach (var component in open)
        {
            if (component.Name != "VCALENDAR")
                component.Refusal ??= new Refusal("component-too-large", $"Cet événement dépasse {MaxComponent / 1024 / 1024} Mio.") { Line = component.Line };
        }
        pending.ResetWrittenCount();
    }

    private void EndLine()
    {
        if (pending.WrittenCount == 0)
            return;
        var text = LineReader.Decode(pending.WrittenSpan);
        pending.ResetWrittenCount();
        if (IcsProperty.Parse(text, pendingLine) is not { } property)
            return;
        switch (property.Name)
        {
            case "BEGIN":
                Begin(property.Value.Trim().ToUpperInvariant());
                break;
            case "END":
                End(property.Value.Trim().ToUpperInvariant());
                break;
            default:
                if (open.TryPeek(out var component) && component.Name != "VCALENDAR")
                    component.Properties.Add(property);
                else
                    Calendar.Add(property);
                break;
        }
    }

    private void Begin(string name)
    {
        if (name == "VCALENDAR")
            HasCalendar = true;
        // An event within an event: the first one was never ended.
        if (name is "VEVENT" or "VCALENDAR")
        {
            while (open.TryPeek(out var component) && component.Name != "VCALENDAR")
                Close(open.Pop(), new Refusal("component-not-ended", "Il manque la fin (END) de cet événement.") { Line = component.Line });
        }
        if (open.Count <= 1)
            size = 0;
        if (open.Count < MaxDepth)
            open.Push(new IcsComponent(name, pendingLine));
    }

    private void End(string name)
    {
        if (!open.Any(component => component.Name == name))
            return;
        while (open.Pop() is var component)
        {
            if (component.Name == name)
            {
                Close(component, null);
                return;
            }
            Close(component, new Refusal("component-not-ended", "Il manque la fin (END) de cet événement.") { Line = component.Line });
        }
    }

    private void Close(IcsComponent component, Refusal? refusal)
    {
        component.Refusal ??= refusal;
        if (open.TryPeek(out var outer) && outer.Name != "VCALENDAR")
            outer.Inner.Add(component);
        else if (component.Name is "VEVENT" or "VTIMEZONE")
            done.Add(component);
    }
}
