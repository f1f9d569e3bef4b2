namespace CafeIA.Federation.Node.Journal;

/// <summary>The SQLSTATE codes this program acts on (PostgreSQL, appendix A).</summary>
internal static class SqlStates
{
    public const string DivisionByZero = "22012";
    public const string UniqueViolation = "23505";
    public const string UndefinedTable = "42P01";
    public const string LockNotAvailable = "55P03";
}
