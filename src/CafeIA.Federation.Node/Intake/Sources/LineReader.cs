using System.Text;
using System.Text.Unicode;

namespace CafeIA.Federation.Node.Intake.Sources;

/// <summary>Reads a file line by line with its line numbers, as bytes: where letters are cut by a fold, only the joined bytes can be decoded.</summary>
internal sealed class LineReader(Stream file)
{
    /// <summary>Bytes of a line; what is beyond is passed over.</summary>
    public const int MaxLine = 1024 * 1024;

    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    private byte[] buffer = new byte[64 * 1024];
    private int start;
    private int end;
    private bool ended;

    /// <summary>The line without its end, good until the next one is read.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Counted from 1.</summary>
    public int Number { get; private set; }

    /// <summary>The line was longer than <see cref="MaxLine"/>.</summary>
    public bool IsCut { get; private set; }

    /// <summary>UTF-8 where the bytes are that, else Windows-1252, of which Latin-1's letters are a part.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Windows1252.GetString(bytes);

    /// <returns>False at the end of the file.</returns>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        IsCut = false;
        var searched = 0;
        while (true)
        {
            var newline = buffer.AsSpan(start + searched, end - start - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                Take(searched + newline, 1);
                return true;
            }
            if (ended)
            {
                if (start == end && !IsCut)
                    return false;
                Take(end - start, 0);
                return true;
            }
            searched = end - start;
            if (searched >= MaxLine)
            {
                IsCut = true;
                end = start + MaxLine;
                await PassOverAsync(cancellationToken);
                return true;
            }
            await FillAsync(cancellationToken);
        }
    }

    private void Take(int length, int terminator)
    {
        Number++;
        Line = buffer.AsMemory(start, length > 0 && buffer[start + length - 1] == '\r' ? length - 1 : length);
        if (Number == 1 && Line.Span.StartsWith("\uFEFF"u8))
            Line = Line[3..];
        start += length + terminator;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (start > 0)
        {
            Buffer.BlockCopy(buffer, start, buffer, 0, end - start);
            (start, end) = (0, end - start);
        }
        if (end == buffer.Length)
            Array.Resize(ref buffer, buffer.Length * 2);
        var read = await file.ReadAsync(buffer.AsMemory(end), cancellationToken);
        ended = read == 0;
        end += read;
    }

    /// <summary>Keeps the beginning of a line that is too long and drops the rest of it.</summary>
    private async ValueTask PassOverAsync(CancellationToken cancellationToken)
    {
        var kept = buffer.AsSpan(start, MaxLine).ToArray();
        (start, end) = (0, 0);
        while (!ended)
        {
            end = await file.ReadAsync(buffer, cancellationToken);
            ended = end == 0;
            var newline = buffer.AsSpan(0, end).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                start = newline + 1;
                break;
            }
        }
        Number++;
        Line = kept;
    }
}
