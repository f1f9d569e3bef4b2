using NpgsqlTypes;

namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>Answers what PostgreSQL made of the words a person typed (<c>websearch_to_tsquery</c>).</summary>
internal static class WordQuery
{
    /// <summary>False for a phrase: where its words stand is kept in PostgreSQL alone.</summary>
    public static bool CanAnswer(NpgsqlTsQuery query) => query switch
    {
        NpgsqlTsQueryEmpty => true,
        NpgsqlTsQueryLexeme { IsPrefixSearch: false, Weights: NpgsqlTsQueryLexeme.Weight.None } => true,
        NpgsqlTsQueryNot not => CanAnswer(not.Child),
        NpgsqlTsQueryFollowedBy => false,
        NpgsqlTsQueryBinOp both => CanAnswer(both.Left) && CanAnswer(both.Right),
        _ => false,
    };

    /// <summary>The events that match, of as many as there are.</summary>
    public static Bits Match(NpgsqlTsQuery query, WordIndex words, int documents)
    {
        switch (query)
        {
            case NpgsqlTsQueryLexeme word:
                var found = Bits.Rent(documents);
                words.Find(word.Text)?.AddTo(found);
                return found;
            case NpgsqlTsQueryNot not:
                var others = Match(not.Child, words, documents);
                others.Not();
                return others;
            case NpgsqlTsQueryAnd and:
                return Both(and, words, documents, static (left, right) => left.And(right));
            case NpgsqlTsQueryOr or:
                return Both(or, words, documents, static (left, right) => left.Or(right));
            // Only words that every text has: PostgreSQL finds nothing then.
            default:
                return Bits.Rent(documents);
        }
    }

    private static Bits Both(NpgsqlTsQueryBinOp query, WordIndex words, int documents, Action<Bits, Bits> join)
    {
        var left = Match(query.Left, words, documents);
        using var right = Match(query.Right, words, documents);
        join(left, right);
        return left;
    }
}
