using CafeIA.Federation.Node.Site.Text;
using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Site.Propose;

/// <summary>What is wrong with a proposal, in the language of the page.</summary>
internal static class ProposalText
{
    /// <param name="refusal">Of a field of the form.</param>
    /// <param name="typed">What was typed there.</param>
    public static string Of(Refusal refusal, string typed)
    {
        if (!PageLanguage.IsEnglish)
            return refusal.Message;
        return refusal.Code switch
        {
            "no-title" => "Give a title.",
            "no-date" => "Give the date.",
            "bad-date" => $"“{typed}” is not a date: write “3 December 2026” or 03/12/2026.",
            "no-such-day" => $"There is no such day as “{typed}”.",
            "wrong-weekday" => $"“{typed}” is not on that day of the week: check the day or the year.",
            "date-in-the-past" => "This date is over. For a café that took place, choose “a café that took place”.",
            "date-to-come" => "This date is to come. For a café to be held, choose “a café to come”.",
            "bad-time" => $"“{typed}” is not an hour: write for instance 18:30.",
            "no-start" => "Give the hour it starts at as well.",
            "end-before-start" => "The end comes before the start.",
            "no-commune" => "Give the town, or choose “online”.",
            "no-mail" => "Give your mail address: the link to follow your proposal is sent there.",
            "bad-mail" => $"“{typed}” is not a mail address.",
            "bad-duration" => "The length is a number of minutes.",
            "bad-url" => "The address must begin with http:// or https:// and be complete.",
            "too-long" => "This text is too long.",
            "control-character" => "This text has a control character: take it out.",
            "html-with-script" => "This text has code in it (a script, a frame): take it out.",
            "no-reason" => "Give the reason: it is sent to the person, or kept in the list of decisions.",
            "proposal-changed" => "This proposal was corrected since you opened it: read it again before you decide.",
            "already-decided" => "This proposal has been answered already.",
            "form-too-large" => "This is too long: a description has at most 10,000 characters. Go back: your browser has kept what you wrote.",
            "form-expired" => "Your session has ended, or this form comes from another site. Sign in and try again.",
            _ => RefusalText.English(refusal.Code, typed) ?? refusal.Message,
        };
    }
}
