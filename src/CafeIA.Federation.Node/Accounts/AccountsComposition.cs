namespace CafeIA.Federation.Node.Accounts;

internal static class AccountsComposition
{
    public static IServiceCollection AddAccounts(this IServiceCollection services) => services.AddSingleton<ApiKeys>().AddSingleton<People>().AddSingleton<SignIn>().AddSingleton<Audit>();
}
